// SPDX-License-Identifier: Apache-2.0
// The shape of JSON-RPC messages, whoever sends them: laws about every message of the
// implementation. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

Check messages_are_json_rpc(Rule rule);
// Requests: `kind` where the id is of another type than text and integer, `null` where it is null.
Check request_ids_are_text_or_integers(Rule rule);
Check request_ids_are_not_null(Rule rule);
Check notifications_have_no_id(Rule rule);
// Responses: a result or an error, and not both.
Check responses_are_result_or_error(Rule rule);
Check errors_have_code_and_message(Rule rule);
Check error_codes_are_integers(Rule rule);
Check error_messages_are_one_line(Rule rule);
// Members of `_meta`: labels in a row, each label, and the name behind them.
Check meta_prefixes_are_labels(Rule rule);
Check meta_labels_are_well_formed(Rule rule);
Check meta_names_are_well_formed(Rule rule);
// AMB-02, AMB-04: no script of ours sends a batch; one from a server is judged by the revision.
// No batches since 2025-06-18, and no priming events before 2025-11-25. A should: the standard of
// event streams allows such an event, and what a batch does is told by the laws of POSTs and JSON.
Check keeps_to_its_revision(Rule rule);
// Each POST by itself, and the server's answer to it, has the id of the request (AMB-17: an Error
// for what could not be read has null, or none).
Check answers_name_their_request(Rule rule);
// An id beyond ASCII comes back as it was sent.
Check text_comes_back_in_utf8(Rule rule);
Check unreadable_requests_get_no_id(Rule rule);
// AMB-16: the code is judged where an Error came, whatever the status.
// -32700, -32600 and -32601 where they belong; of -32700 and -32600 either is fine, since where
// reading ends and understanding begins is the server's own affair.
Check errors_have_standard_codes(Rule rule);
Check unknown_methods_are_refused(Rule rule);

// A method that no server has begins so.
inline constexpr std::string_view kNobodysMethod = "tailrace/";

}  // namespace tailrace
