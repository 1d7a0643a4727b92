#include "train/report/report.h"

#include <cstdlib>

#include "base/file.h"
#include "tokenizer/encoding.h"
#include "train/report/report_svg.h"

namespace weft {
namespace {

// Colours are variables, so that a dark page needs a second list and nothing else.
constexpr const char* kStyle = R"(
:root{color-scheme:light dark;--page:#fcfcfa;--ink:#22252b;--soft:#6a707c;--line:#dfe1e6;
--card:#fff;--s0:#2f6fb3;--s1:#d1662b;--s2:#3a8f5c;--s3:#a8479b;--s4:#8a7a1f;--s5:#5b5fc7;
--low:#2166ac;--high:#b2182b}
@media(prefers-color-scheme:dark){:root{--page:#16181d;--ink:#e4e6eb;--soft:#9aa1ae;--line:#343943;
--card:#1d2027;--s0:#6fa8e6;--s1:#f0975c;--s2:#6cc490;--s3:#d98bcf;--s4:#cdbb52;--s5:#989bf0;
--low:#5aa0e8;--high:#ee6a66}}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:52rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.8rem;line-height:1.2;margin:0 0 1.5rem}
h2{font-size:1.2rem;margin:2.5rem 0 .75rem}
figure{margin:1.25rem 0;padding:1rem;background:var(--card);border:1px solid var(--line);
border-radius:8px;overflow-x:auto}
figcaption{font-size:.9rem;color:var(--soft);margin-bottom:.5rem}
svg{display:block;width:100%;height:auto;font:12px system-ui,sans-serif;fill:var(--ink)}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font:.9rem/1.5 ui-monospace,monospace}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.93rem;font-variant-numeric:tabular-nums}
th,td{padding:.35rem .9rem .35rem 0;text-align:left;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600}
.n{text-align:right}
.soft{fill:var(--soft)}
.grid{stroke:var(--line);stroke-width:1}
.curve{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
img{display:block;width:100%;max-width:44rem;image-rendering:pixelated}
.low{fill:var(--low)}.high{fill:var(--high)}.gap{fill:var(--line)}
)";

bool reads_as_number(const std::string& text) {
  if (text.empty()) return false;
  char* end = nullptr;
  std::strtod(text.c_str(), &end);
  // "76.1 %", "0.2 ms" and "1,234" count, a sentence that begins with a number does not.
  for (; *end; ++end)
    if (std::string_view(" %,.0123456789ms").find(*end) == std::string_view::npos) return false;
  return end != text.c_str();
}

std::string cell(const char* tag, const std::string& text, bool number) {
  return std::string("<") + tag + (number ? " class=\"n\">" : ">") + escape_html(text) + "</" +
         tag + ">";
}

std::string html(const ReportHeading& heading) {
  return "<h2>" + escape_html(heading.text) + "</h2>\n";
}

std::string html(const ReportParagraph& paragraph) {
  return "<p>" + escape_html(paragraph.text) + "</p>\n";
}

std::string html(const ReportTable& table) {
  std::string text = "<div class=\"scroll\"><table>\n<thead><tr>";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const bool number =
        !table.rows.empty() && i < table.rows[0].size() && reads_as_number(table.rows[0][i]);
    text += cell("th", table.columns[i], number);
  }
  text += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    text += "<tr>";
    for (const std::string& entry : row) text += cell("td", entry, reads_as_number(entry));
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

std::string figure(const std::string& caption, const std::string& content) {
  return "<figure>" +
         (caption.empty() ? "" : "<figcaption>" + escape_html(caption) + "</figcaption>") +
         content + "</figure>\n";
}

std::string html(const ReportSample& sample) {
  return figure(sample.caption, "<pre>" + escape_html(sample.text) + "</pre>");
}

std::string html(const LineChart& chart) { return figure(chart.title, chart_svg(chart)); }

std::string html(const HeatMap& map) { return figure(map.title, heat_map_svg(map)); }

std::string html(const ImageGrid& grid) { return figure(grid.title, image_grid(grid)); }

std::string html(const ScatterPlot& plot) { return figure(plot.title, scatter_svg(plot)); }

}  // namespace

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char c : repair_utf8(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') escaped += c;
    }
  }
  return escaped;
}

std::string to_html(const Report& report) {
  const std::string title = escape_html(report.title);
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>" +
      title + "</title>\n<style>" + kStyle + "</style>\n</head>\n<body><main>\n<h1>" + title +
      "</h1>\n";
  for (const ReportBlock& block : report.blocks)
    page += std::visit([](const auto& content) { return html(content); }, block);
  return page + "</main></body>\n</html>\n";
}

void write_report(const std::string& path, const Report& report) {
  AtomicFile file(path);
  file.write(to_html(report));
  file.commit();
}

}  // namespace weft
