// SPDX-License-Identifier: Apache-2.0
#include "reports/html_style.h"

#include <fmt/format.h>

namespace tailrace {
namespace {

// Of the text between the script's tags; ci/check_html sees in a browser that it fits.
constexpr std::string_view kScriptHash = "sha256-agV4BVIDx+ttzbg6FLDD+Pt6els52yaG2sAz0gWKZB4=";

constexpr std::string_view kStyle = R"CSS(
:root{color-scheme:light dark;--bg:#fff;--fg:#1c2128;--dim:#59636e;--line:#d1d9e0;--soft:#f4f6f8;
--pass:#1a7f37;--warn:#8a5a00;--fail:#b42318;--inconclusive:#8a5a00;--harness_error:#b42318;
--not_applicable:#59636e;--expected:#59636e;--blue:#0a5bbf;--hit:#ffe9e7;--mark:#b42318}
@media(prefers-color-scheme:dark){:root{--bg:#14181d;--fg:#e4e9ee;--dim:#a3adb8;--line:#39424d;
--soft:#1d232a;--pass:#56d07b;--warn:#e0ae4a;--fail:#ff8d82;--inconclusive:#e0ae4a;
--harness_error:#ff8d82;--not_applicable:#a3adb8;--expected:#a3adb8;--blue:#79b8ff;--hit:#47211f;
--mark:#ff8d82}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
header,main,footer{max-width:62rem;margin:0 auto;padding:.75rem 1rem}
h1{font-size:1.5rem;margin:.3rem 0;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:1.6rem 0 .5rem}
h3{font-size:1rem;margin:1.1rem 0 .35rem}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.5rem;background:var(--bg);padding:.4rem;z-index:1}
:focus-visible{outline:3px solid var(--blue);outline-offset:2px}
a{color:var(--blue)}
.dim,footer{color:var(--dim)}
.banner{border-left:4px solid var(--warn);background:var(--soft);padding:.5rem .8rem}
.chips{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none;padding:0}
.chips li{border:1px solid var(--line);border-radius:.4rem;padding:.2rem .6rem}
.why{list-style:none;padding:0}.why li{border-left:4px solid var(--warn);background:var(--soft);
padding:.4rem .8rem;margin:.4rem 0;overflow-wrap:anywhere}.why li.fail{color:var(--fg);
border-color:var(--fail)}.why li.warn,.why li.inconclusive{color:var(--fg)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;
border-bottom:1px solid var(--line)}
td.why{overflow-wrap:anywhere}tbody th{white-space:nowrap}
.v{font-weight:600}.v,.nb{white-space:nowrap}
.pass{color:var(--pass)}.warn{color:var(--warn)}.fail{color:var(--fail)}
.inconclusive{color:var(--inconclusive)}.harness_error{color:var(--harness_error)}
.not_applicable{color:var(--not_applicable)}.expected,.unstable{color:var(--expected)}
details.s{border:1px solid var(--line);border-radius:.4rem;margin:.4rem 0;background:var(--bg)}
details.s>summary{padding:.45rem .7rem;display:flex;flex-wrap:wrap;gap:.2rem .7rem;cursor:pointer}
details.s>summary .id{overflow-wrap:anywhere;flex:1 1 18rem;font-family:ui-monospace,monospace;
font-size:.9rem}
.in{padding:0 .8rem .7rem;border-top:1px solid var(--line)}
dl{display:grid;grid-template-columns:fit-content(19rem) minmax(0,1fr);gap:.25rem .8rem;
margin:.6rem 0}
dt{font-weight:600;overflow-wrap:anywhere;min-width:7rem}dd{margin:0;overflow-wrap:anywhere}
code,.cmd{font-family:ui-monospace,monospace;font-size:.88rem;overflow-wrap:anywhere}
.cmd{background:var(--soft);padding:.1rem .3rem;border-radius:.2rem}
figure{margin:.7rem 0}figcaption{font-size:.88rem;color:var(--dim)}
.fig{overflow-x:auto;background:var(--soft);border-radius:.4rem;padding:.3rem}
svg{display:block;min-width:34rem;width:100%;max-width:54rem;height:auto}
svg text{font:11px ui-monospace,monospace;fill:var(--fg)}
svg .t{text-anchor:end;fill:var(--dim)}svg .who{text-anchor:middle;font-weight:700}
svg .n{font-style:italic}svg .w{fill:var(--dim)}
svg path{fill:none}
.life{stroke:var(--dim);stroke-width:1}.cl,.sv{stroke:var(--blue);stroke-width:1.4}
.sv{stroke:var(--pass)}.hit{stroke:var(--mark);stroke-width:2}
svg .gap{fill:var(--hit);stroke:var(--mark);stroke-dasharray:4 3}
svg .open{fill:var(--hit);stroke:var(--mark);stroke-dasharray:4 3}
svg .until{fill:var(--blue)}svg .held{fill:var(--mark)}svg .rest{fill:var(--dim)}
.grow{stroke:var(--blue);stroke-width:1.5}
#filter{display:flex;flex-wrap:wrap;gap:.4rem .9rem;align-items:center;background:var(--soft);
padding:.5rem .8rem;border-radius:.4rem}
#filter[hidden]{display:none}
#filter input[type=search],button{font:inherit;color:inherit;background:var(--bg);
border:1px solid var(--dim);border-radius:.3rem;padding:.2rem .5rem}
@media(max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.35rem}
header,main,footer{padding:.6rem}figcaption::after{content:" (scroll it sideways)"}}
@media print{:root{color-scheme:light;--bg:#fff;--fg:#000;--dim:#444;--line:#bbb;--soft:#fff;
--pass:#1a7f37;--warn:#8a5a00;--fail:#b42318;--inconclusive:#8a5a00;--harness_error:#b42318;
--not_applicable:#59636e;--expected:#59636e;--blue:#0a5bbf;--hit:#ffe9e7;--mark:#b42318}
#filter,.skip,details details,details:not([open]):not(.s){display:none}
body{font-size:10pt}main{padding:0}.wide,.fig{overflow:visible}
h1,h2,h3,h4,summary,figcaption{break-after:avoid}
h3,h4,li,tr,dd,summary{break-inside:avoid}
details.s:not([open]){border:0;margin:0}details.s:not([open])>summary{padding:.05rem 0}
figcaption::after{content:none}svg{min-width:0;max-height:23cm}}
)CSS";

constexpr std::string_view kScript = R"(<script>
(() => {
  const all = [...document.querySelectorAll("details.s")];
  const boxes = [...document.querySelectorAll("#filter input[type=checkbox]")];
  const word = document.querySelector("#word"), count = document.querySelector("#count");
  const show = () => {
    const on = new Set(boxes.filter((b) => b.checked).map((b) => b.value));
    const text = word.value.trim().toLowerCase();
    let shown = 0;
    for (const s of all) {
      const hit = on.has(s.dataset.v) && (!text || s.textContent.toLowerCase().includes(text));
      s.hidden = !hit;
      shown += hit;
    }
    for (const g of document.querySelectorAll("section.suite"))
      g.hidden = ![...g.querySelectorAll("details.s")].some((s) => !s.hidden);
    count.textContent = shown + " of " + all.length + " shown";
  };
  const fold = (open) => all.forEach((s) => { if (!s.hidden) s.open = open; });
  document.querySelector("#filter").hidden = false;
  document.querySelector("#filter").addEventListener("input", show);
  document.querySelector("#filter").addEventListener("submit", (e) => e.preventDefault());
  document.querySelector("#unfold").addEventListener("click", () => fold(true));
  document.querySelector("#fold").addEventListener("click", () => fold(false));
  // What passed is a line on paper.
  const read = new Set(["fail", "harness_error", "warn", "inconclusive"]);
  addEventListener("beforeprint", () => all.forEach((s) => {
    s.dataset.was = s.open;
    s.open = read.has(s.dataset.v);
  }));
  addEventListener("afterprint", () => all.forEach((s) => { s.open = s.dataset.was === "true"; }));
  const jump = () => {
    const s = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (s && s.tagName === "DETAILS") s.open = true;
  };
  addEventListener("hashchange", jump);
  jump();
  show();
})();
</script>
)";

}  // namespace

std::string html_head(std::string_view title) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; script-src '{}'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n"
      "<a class=\"skip\" href=\"#main\">To the results</a>\n",
      kScriptHash, title, kStyle);
}

std::string_view html_script() {
  return kScript;
}

}  // namespace tailrace
