// SPDX-License-Identifier: Apache-2.0
// What the HTML report draws, read from a run's folder: histories, and from the capture the data
// that was held back.
#pragma once

#include <string>

#include "harness/judge/catalogue.h"
#include "reports/html.h"

namespace tailrace {

// `folder` may be moved or incomplete: then its scenarios have no figures.
HtmlSources html_sources(const std::string& folder, const Catalogue& catalogue);

}  // namespace tailrace
