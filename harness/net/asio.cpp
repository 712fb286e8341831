// SPDX-License-Identifier: Apache-2.0
// The one place that compiles Asio and Beast for the harness (separate compilation): a Beast file
// costs ten seconds, so the others only declare.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
