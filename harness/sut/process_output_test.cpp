// SPDX-License-Identifier: Apache-2.0
#include "harness/sut/process_output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

namespace tailrace {
namespace {

constexpr Deadline kPipesEnd{"pipes_end", Millis(5000)};

// A process's side of the two pipes; what it "prints" is written by the test.
class Pipes {
 public:
  Pipes() {
    EXPECT_EQ(::pipe2(output_, O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(errors_, O_CLOEXEC), 0);
  }
  ~Pipes() { end(); }
  StartedProcess process() const { return {0, output_[0], errors_[0]}; }
  void print(std::string_view bytes) const { write_all(output_[1], bytes); }
  void complain(std::string_view bytes) const { write_all(errors_[1], bytes); }
  void end_output() { end(output_[1]); }
  void end() {
    end(output_[1]);
    end(errors_[1]);
  }

 private:
  static void write_all(int pipe, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::write(pipe, bytes.data(), bytes.size());
      ASSERT_GT(count, 0);
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  static void end(int& pipe) {
    if (pipe >= 0) ::close(pipe);
    pipe = -1;
  }

  int output_[2], errors_[2];
};

struct Heard {
  std::string text;
  std::vector<std::string> lines;
};

// All that is known of a process that printed `bytes` and ended.
Heard heard_of(std::string_view bytes) {
  Pipes pipes;
  Heard heard;
  ProcessOutput output(pipes.process(),
                       [&](const std::string& line) { heard.lines.push_back(line); });
  pipes.print(bytes);
  pipes.end();
  output.wait_end(mono_now() + stretched(kPipesEnd.limit));
  heard.text = output.text();
  return heard;
}

// The number in the line "[N bytes left out]"; 0 without one.
std::size_t left_out(const std::string& text) {
  const auto note = text.find(" bytes left out]\n");
  if (note == std::string::npos) return 0;
  return std::stoul(text.substr(text.rfind('[', note) + 1));
}

TEST(ProcessOutput, LinesComeWholeAndTheLastOneOnlyWithItsEnd) {
  const Heard heard = heard_of("one\n\ntwo words\r\nnever ended");
  EXPECT_EQ(heard.lines, (std::vector<std::string>{"one", "", "two words\r"}));
  EXPECT_EQ(heard.text, "one\n\ntwo words\r\nnever ended");
}

TEST(ProcessOutput, ALineMayComeInPieces) {
  Pipes pipes;
  std::vector<std::string> lines;
  ProcessOutput output(pipes.process(), [&](const std::string& line) { lines.push_back(line); });
  for (const char byte : std::string_view("{\"call\":1}\n{\"call\":2}\n")) pipes.print({&byte, 1});
  pipes.end();
  output.wait_end(mono_now() + stretched(kPipesEnd.limit));
  EXPECT_EQ(lines, (std::vector<std::string>{"{\"call\":1}", "{\"call\":2}"}));
}

TEST(ProcessOutput, StandardErrorIsKeptButGivesNoLines) {
  Pipes pipes;
  std::vector<std::string> lines;
  ProcessOutput output(pipes.process(), [&](const std::string& line) { lines.push_back(line); });
  pipes.complain("warning\n");
  pipes.print("result\n");
  pipes.end();
  output.wait_end(mono_now() + stretched(kPipesEnd.limit));
  EXPECT_EQ(lines, std::vector<std::string>{"result"});
  EXPECT_NE(output.text().find("warning\n"), std::string::npos);
  EXPECT_NE(output.text().find("result\n"), std::string::npos);
}

TEST(ProcessOutput, GarbageIsKeptByteByByte) {
  std::string garbage;
  for (int byte = 0; byte < 256; ++byte) garbage += static_cast<char>(byte);
  garbage += "\xff\xfe\xc0\xaf\n";
  const Heard heard = heard_of(garbage);
  EXPECT_EQ(heard.text, garbage);
  ASSERT_EQ(heard.lines.size(), 2u);
  EXPECT_EQ(heard.lines[0], garbage.substr(0, 10));
  EXPECT_EQ(heard.lines[1], garbage.substr(11, garbage.size() - 12));
}

TEST(ProcessOutput, ALongLineIsCutAndTheNextOneIsWhole) {
  const std::string exact(kLongestLine, 'e'), longer(3 * kLongestLine, 'l');
  const Heard heard = heard_of(exact + "\n" + longer + "\nnext\n");
  ASSERT_EQ(heard.lines.size(), 3u);
  EXPECT_EQ(heard.lines[0], exact);
  EXPECT_EQ(heard.lines[1], longer.substr(0, kLongestLine));
  EXPECT_EQ(heard.lines[2], "next");
}

TEST(ProcessOutput, NothingIsLeftOutBelowTheBound) {
  const std::string print(kHeadKept + kTailKept, 'x');
  EXPECT_EQ(heard_of(print).text, print);
}

TEST(ProcessOutput, AFloodKeepsItsBeginningAndItsEnd) {
  std::string flood;
  for (int i = 0; flood.size() < 8 * (kHeadKept + kTailKept); ++i) {
    flood += "line " + std::to_string(i) + "\n";
  }
  const Heard heard = heard_of(flood);
  const std::size_t dropped = left_out(heard.text);
  ASSERT_GT(dropped, 0u);
  const std::string note = "\n[" + std::to_string(dropped) + " bytes left out]\n";
  const std::size_t kept = heard.text.size() - note.size();
  EXPECT_EQ(dropped + kept, flood.size());
  EXPECT_LE(kept, kHeadKept + 2 * kTailKept);
  EXPECT_GE(kept, kHeadKept + kTailKept);
  // Without EXPECT_EQ, which would print both.
  EXPECT_TRUE(heard.text ==
              flood.substr(0, kHeadKept) + note + flood.substr(flood.size() + kHeadKept - kept));
  EXPECT_EQ(heard.lines.size(),
            static_cast<std::size_t>(std::count(flood.begin(), flood.end(), '\n')));
}

TEST(ProcessOutput, TheEndIsTheEndOfBothPipes) {
  Pipes pipes;
  ProcessOutput output(pipes.process(), nullptr);
  pipes.print("out");
  pipes.end_output();
  constexpr Deadline kStillOpen{"still_open", Millis(30)};
  const MonoTime asked = mono_now();
  output.wait_end(asked + kStillOpen.limit);
  EXPECT_GE(mono_now() - asked, kStillOpen.limit) << "standard error was still open";
  pipes.complain("err");
  pipes.end();
  const MonoTime until = mono_now() + stretched(kPipesEnd.limit);
  output.wait_end(until);
  EXPECT_LT(mono_now(), until);
  EXPECT_EQ(output.text(), "outerr");
}

TEST(ProcessOutput, ItsTailIsSafeOnATerminal) {
  EXPECT_EQ(tail_of(""), "it printed nothing");
  EXPECT_EQ(tail_of("one\n\x1b]0;title\x07two\n"), "it printed:\none\n\\x1B]0;title\\x07two");
  EXPECT_LT(tail_of(std::string(1 << 20, 'a')).size(), 4000U);
}

TEST(ProcessOutput, ItLeavesThoughAPipeStaysOpen) {
  Pipes pipes;
  const MonoTime began = mono_now();
  { const ProcessOutput output(pipes.process(), nullptr); }
  EXPECT_LT(mono_now() - began, stretched(kPipesEnd.limit));
}

TEST(ProcessOutput, ItOwnsItsEndsOfThePipes) {
  Pipes pipes;
  { const ProcessOutput output(pipes.process(), nullptr); }
  EXPECT_EQ(::fcntl(pipes.process().output, F_GETFD), -1);
  EXPECT_EQ(::fcntl(pipes.process().errors, F_GETFD), -1);
}

}  // namespace
}  // namespace tailrace
