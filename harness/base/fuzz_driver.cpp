// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target without libFuzzer: so many inputs made from seeds by a generator whose own
// seed is told, so that a failure is met again. For every build; coverage wants libFuzzer.
// usage: fuzz_NAME EXECUTIONS SEED FILE_OR_FOLDER...
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kLargestInput = 64 << 10;
constexpr std::uint64_t kBetweenAlarms = 100;
constexpr unsigned kPatience = 60;  // Seconds for as many inputs: above it one of them hangs.

std::uint64_t now_running = 0;

// Sanitizers call it before they end the program.
void tell_which() {
  std::fprintf(stderr, "fuzz: in execution %llu\n", static_cast<unsigned long long>(now_running));
}

void on_signal(int number) {
  tell_which();
  ::signal(number, SIG_DFL);
  ::raise(number);
}

class Mutator {
 public:
  Mutator(std::vector<std::string> seeds, std::uint64_t seed)
      : seeds_(std::move(seeds)), random_(seed) {}

  std::string next() {
    std::string input = seeds_[below(seeds_.size())];
    const std::size_t changes = 1 + below(8);
    for (std::size_t i = 0; i < changes; ++i) change(input);
    if (input.size() > kLargestInput) input.resize(kLargestInput);
    return input;
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  void change(std::string& input) {
    static constexpr unsigned char kTelling[] = {0, 1, 0x0a, 0x0d, 0x20, 0x7f, 0x80, 0xff};
    const std::size_t at = below(input.size() + 1), length = 1 + below(16);
    switch (below(8)) {
      case 0:
        if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
        return;
      case 1:
        if (at < input.size()) input[at] = static_cast<char>(kTelling[below(sizeof kTelling)]);
        return;
      case 2:
        input.erase(at, length);
        return;
      case 3:
        input.insert(at, length, static_cast<char>(kTelling[below(sizeof kTelling)]));
        return;
      case 4:
        input.insert(at, input.substr(below(input.size() + 1), below(256)));
        return;
      case 5:
        input.resize(at);
        return;
      case 6: {
        const std::string& other = seeds_[below(seeds_.size())];
        input.replace(at, below(256), other.substr(below(other.size() + 1), below(256)));
        return;
      }
      default:
        for (std::size_t i = at; i < std::min(at + 4, input.size()); ++i) {
          input[i] = static_cast<char>(random_());
        }
    }
  }

  std::vector<std::string> seeds_;
  std::mt19937_64 random_;
};

void run(const std::string& input) {
  // Of its own size on the heap: a sanitizer sees every read beyond it.
  const std::unique_ptr<std::uint8_t[]> bytes(new std::uint8_t[input.size()]);
  std::copy(input.begin(), input.end(), bytes.get());
  LLVMFuzzerTestOneInput(bytes.get(), input.size());
}

void add_seed(const std::filesystem::path& path, std::vector<std::string>& seeds) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.size() <= kLargestInput) seeds.push_back(std::move(text));
}

std::vector<std::string> seeds_of(int argc, char** argv) {
  std::vector<std::string> seeds;
  for (int i = 3; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) {
      add_seed(argv[i], seeds);
      continue;
    }
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) add_seed(file, seeds);
  }
  return seeds;
}

}  // namespace

extern "C" void __asan_on_error() {
  tell_which();
}

int main(int argc, char** argv) {
  const auto seeds = seeds_of(argc, argv);
  if (seeds.empty()) {
    std::fprintf(stderr, "usage: %s EXECUTIONS SEED FILE_OR_FOLDER...\n", argv[0]);
    return 2;
  }
  for (const int number : {SIGABRT, SIGSEGV, SIGALRM}) ::signal(number, &on_signal);
  const std::uint64_t executions = std::strtoull(argv[1], nullptr, 10);
  Mutator mutator(seeds, std::strtoull(argv[2], nullptr, 10));
  for (const std::string& seed : seeds) run(seed);
  for (now_running = 1; now_running <= executions; ++now_running) {
    if (now_running % kBetweenAlarms == 1) ::alarm(kPatience);
    run(mutator.next());
  }
  std::printf("%zu seeds, %llu executions\n", seeds.size(),
              static_cast<unsigned long long>(executions));
  return 0;
}
