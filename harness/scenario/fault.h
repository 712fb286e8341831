// SPDX-License-Identifier: Apache-2.0
// The faults and legal oddities of the reference peers, by the names their command lines take. The
// peers include nothing of ours, so a test compares these lists with what the peers print. Values.
#pragma once

#include <span>
#include <string_view>

namespace tailrace {

struct Fault {
  std::string_view name;
};
struct Oddity {  // Legal, and close to a fault: must give neither fail nor warn.
  std::string_view name;
};

namespace server_fault {
inline constexpr Fault kKeepsStreamOpenAfterResult{"keeps_stream_open_after_result"};
inline constexpr Fault kKeepsStreamOpenAfterError{"keeps_stream_open_after_error"};
inline constexpr Fault kKeepsOneStreamOpen{"keeps_one_stream_open_after_result"};
inline constexpr Fault kNotificationAfterFinal{"notification_after_final_response"};
inline constexpr Fault kSecondResponse{"second_response"};
inline constexpr Fault kGarbageAfterFinal{"garbage_after_final_response"};
inline constexpr Fault kOmitsLastChunk{"omits_last_chunk"};
inline constexpr Fault kResetsAfterResult{"resets_after_result"};
inline constexpr Fault kLeaksDescriptor{"leaks_descriptor_per_call"};
inline constexpr Fault kLeaksSocket{"leaks_socket_per_call"};
inline constexpr Fault kMixesUpEqualIds{"mixes_up_equal_ids"};
inline constexpr Fault kAnswersAfterDelete{"answers_after_delete"};
inline constexpr Fault kCorruptsReusedConnection{"corrupts_reused_connection"};
inline constexpr Fault kNagleTwoWrites{"nagle_two_writes"};
inline constexpr Fault kNagleThreeWrites{"nagle_three_writes"};
inline constexpr Fault kDropsSessionAfterError{"drops_session_after_error"};
inline constexpr Fault kServesGetWithoutSessions{"serves_get_without_sessions"};
inline constexpr Fault kCutsErrorReplies{"cuts_error_replies"};
inline constexpr Fault kLateAnswerToNextStream{"late_answer_to_next_stream"};
inline constexpr Fault kKeepsOpenForInput{"keeps_stream_open_for_input"};
inline constexpr Fault kTakesForgedState{"takes_forged_state"};
inline constexpr Fault kListensWithoutAcknowledgement{"listens_without_acknowledgement"};
inline constexpr Fault kUnreadSubscriptionBlocks{"unread_subscription_blocks"};
inline constexpr Fault kEmptyResume{"empty_resume"};
inline constexpr Fault kEndlessResume{"endless_resume"};
inline constexpr Fault kSendsOnAllStreams{"sends_on_all_streams"};
inline constexpr Fault kReplaysOtherSessions{"replays_other_sessions"};
inline constexpr Fault kReplaysOtherStreams{"replays_other_streams"};
inline constexpr Fault kReplaysResponseAgain{"replays_response_again"};
inline constexpr Fault kHangsOnUnknownEventId{"hangs_on_unknown_event_id"};
inline constexpr Fault kKeepsOpenAfterCancel{"keeps_stream_open_after_cancel"};
inline constexpr Fault kAnswersCancelled{"answers_cancelled_request"};
inline constexpr Fault kIgnoresCancelOfZero{"ignores_cancel_of_zero"};
inline constexpr Fault kIgnoresCancelOfText{"ignores_cancel_of_string_id"};
inline constexpr Fault kLateCancelEndsSession{"cancel_of_finished_ends_session"};
inline constexpr Fault kSessionForRefused{"session_for_refused_initialize"};
inline constexpr Fault kEchoesUnknownVersion{"echoes_unknown_version"};
inline constexpr Fault kClosedGetEndsSession{"closed_get_ends_session"};
inline constexpr Fault kClosedGetEndsSessionLater{"closed_get_ends_session_later"};
inline constexpr Fault kUnreadStreamBlocks{"unread_stream_blocks"};
inline constexpr Fault kAnswersFirstOnSecond{"answers_first_on_second_stream"};
inline constexpr Fault kLeaksPerAbort{"leaks_descriptor_per_abort"};
inline constexpr Fault kLeaksPerRefusal{"leaks_descriptor_per_refusal"};
inline constexpr Fault kLeaksPerSession{"leaks_descriptor_per_session"};
inline constexpr Fault kLeaksMemory{"leaks_memory_per_call"};
inline constexpr Fault kLeaksMemoryPerSession{"leaks_memory_per_session"};
inline constexpr Fault kLeavesChild{"leaves_child_per_session"};
inline constexpr Fault kKeepsOpenAfterNotifications{"keeps_stream_open_after_notifications"};
inline constexpr Fault kKeepsInitializeOpen{"keeps_initialize_stream_open"};
inline constexpr Fault kKeepsOpenWhenConcurrent{"keeps_concurrent_streams_open"};
inline constexpr Fault kKeepsEmptyResultOpen{"keeps_stream_open_after_empty_result"};
inline constexpr Fault kKeepsOpenForHttp10{"keeps_http10_stream_open"};
inline constexpr Fault kNoEndBeforeClose{"omits_last_chunk_before_close"};
inline constexpr Fault kDropsDataOfSlowReader{"drops_data_of_slow_reader"};
inline constexpr Fault kCutsBigAnswers{"cuts_big_answers"};
inline constexpr Fault kQuestionBlocks{"unanswered_question_blocks"};
inline constexpr Fault kKeepsStreamsAfterDelete{"keeps_streams_after_delete"};
inline constexpr Fault kCutsJsonAnswers{"cuts_json_answers"};
inline constexpr Fault kTwoObjectsInJson{"two_objects_in_json"};
inline constexpr Fault kKeepsOpenAfterUnknownMethod{"keeps_stream_open_after_unknown_method"};
inline constexpr Fault kKeepsOpenAfterUnknownTool{"keeps_stream_open_after_unknown_tool"};
inline constexpr Fault kKeepsOpenAfterBadArguments{"keeps_stream_open_after_bad_arguments"};
inline constexpr Fault kNoAnswerToBadArguments{"no_answer_to_bad_arguments"};
inline constexpr Fault kKeepsOpenAfterHandlerError{"keeps_stream_open_after_handler_error"};
inline constexpr Fault kKeepsOpenAfterNotifiedError{"keeps_stream_open_after_notified_error"};
inline constexpr Fault kKeepsOpenAfterIsError{"keeps_stream_open_after_is_error"};
inline constexpr Fault kKeepsOpenWhileAsking{"keeps_stream_open_while_asking"};
inline constexpr Fault kKeepsResumedErrorOpen{"keeps_resumed_stream_open_after_error"};
inline constexpr Fault kExtraAfterJsonError{"extra_bytes_after_json_error"};
inline constexpr Fault kTakesUploadForRequest{"takes_upload_for_request"};
inline constexpr Fault kResetsRefusedUploads{"resets_refused_uploads"};
inline constexpr Fault kNeverSaysContinue{"never_says_continue"};
inline constexpr Fault kLeaksPerCutUpload{"leaks_descriptor_per_cut_upload"};
inline constexpr Fault kCutUploadBlocks{"cut_upload_blocks"};
inline constexpr Fault kLeftStreamEndsSession{"left_stream_ends_session"};
inline constexpr Fault kNagleTwoWritesOfErrors{"nagle_two_writes_of_errors"};
inline constexpr Fault kNagleSplitsReplies{"nagle_splits_replies"};
inline constexpr Fault kNagleEachEvent{"nagle_each_event"};
inline constexpr Fault kNagleEachOnGet{"nagle_each_event_on_get"};
inline constexpr Fault k400ForUnknownSession{"400_for_unknown_session"};
inline constexpr Fault kServesUnknownSession{"serves_unknown_session"};
inline constexpr Fault kDropsJsonrpc{"drops_jsonrpc_member"};
inline constexpr Fault kResultAndError{"result_and_error"};
inline constexpr Fault kErrorWithoutMessage{"error_without_message"};
inline constexpr Fault kErrorCodeAsText{"error_code_as_text"};
inline constexpr Fault kErrorOfLines{"error_message_of_lines"};
inline constexpr Fault kOneCodeForAll{"one_code_for_all_errors"};
inline constexpr Fault kTakesUnknownMethods{"takes_unknown_methods"};
inline constexpr Fault kManglesUtf8{"mangles_utf8"};
inline constexpr Fault kOddMetaKeys{"odd_meta_keys"};
inline constexpr Fault kNoticeWithId{"notification_with_id"};
inline constexpr Fault kAnswersInBatches{"answers_in_batches"};
inline constexpr Fault kProgressWithoutToken{"progress_without_token"};
inline constexpr Fault kElicitationError{"elicitation_error_for_all"};
inline constexpr Fault kInventsId{"invents_id_for_unreadable"};
inline constexpr Fault kLogsUndeclared{"logs_undeclared"};
inline constexpr Fault kListsNoTools{"lists_no_tools"};
inline constexpr Fault kTakesAnyLogLevel{"takes_any_log_level"};
inline constexpr Fault k200ForNotices{"200_for_notifications"};
inline constexpr Fault kNeverEnds202{"never_ends_202"};
inline constexpr Fault k200ForBrokenNotices{"200_for_broken_notifications"};
inline constexpr Fault kPlainText{"answers_as_plain_text"};
inline constexpr Fault kGetNotFound{"get_is_not_found"};
inline constexpr Fault kAnswersOnGet{"answers_on_listening_get"};
inline constexpr Fault kNoAllow{"405_without_allow"};
inline constexpr Fault kRepeatsEventIds{"repeats_event_ids"};
inline constexpr Fault kNoPriming{"no_priming_event"};
inline constexpr Fault kEndsUnanswered{"ends_stream_before_response"};
inline constexpr Fault kCutsWithoutRetry{"cuts_stream_without_retry"};
inline constexpr Fault kCountsSessions{"counts_sessions"};
inline constexpr Fault kSpaceInSessionId{"space_in_session_id"};
inline constexpr Fault kIncompleteInitialize{"incomplete_initialize"};
inline constexpr Fault kAsksBeforeInitialized{"asks_before_initialized"};
inline constexpr Fault kDropsResultType{"drops_result_type"};
inline constexpr Fault kOddResultType{"odd_result_type"};
inline constexpr Fault kHidesServer{"drops_server_info"};
inline constexpr Fault kDropsCacheHints{"drops_cache_hints"};
inline constexpr Fault kNegativeTtl{"negative_ttl"};
inline constexpr Fault kIncompleteDiscover{"incomplete_discover"};
inline constexpr Fault kUndefinedCode{"undefined_error_code"};
inline constexpr Fault kMisusedCode{"misused_error_code"};
inline constexpr Fault kOldCode{"old_error_code"};
inline constexpr Fault kWithdrawnCode{"withdrawn_error_code"};
inline constexpr Fault kReservedCode{"reserved_error_code"};
inline constexpr Fault kAsksForNothing{"asks_for_nothing"};
inline constexpr Fault kAsksUnknownInput{"asks_for_unknown_input"};
inline constexpr Fault kRepeatsInputKeys{"repeats_input_keys"};
inline constexpr Fault kAsksForUrl{"asks_for_url"};
inline constexpr Fault kInputForLists{"asks_for_input_of_lists"};
inline constexpr Fault kSendsRequests{"sends_requests"};
inline constexpr Fault kCancelsFinished{"cancels_finished_requests"};
inline constexpr Fault kLogsUnasked{"logs_unasked"};
inline constexpr Fault kOpensSessions{"opens_sessions_without_sessions"};
inline constexpr Fault kRefusesOldHeaders{"refuses_headers_of_sessions"};
inline constexpr Fault kNoAccelHeader{"lets_streams_be_buffered"};
inline constexpr Fault kListsByConnection{"lists_by_connection"};
inline constexpr Fault kStateByConnection{"state_by_connection"};
inline constexpr Fault kLogsOnSubscription{"logs_on_subscription"};
inline constexpr Fault kRefusesBesideInput{"refuses_beside_open_rounds"};
inline constexpr Fault kListsElsewhere{"lists_elsewhere"};
inline constexpr Fault kProgressStandsStill{"progress_stands_still"};
inline constexpr Fault kProgressAfterFinal{"progress_after_result"};
inline constexpr Fault kMixesUpProgress{"mixes_up_progress"};
inline constexpr Fault kProgressOnGet{"progress_on_listening_get"};
inline constexpr Fault kServesDisagreeing{"serves_disagreeing_requests"};
inline constexpr Fault kRefusesWith200{"refuses_with_200"};
inline constexpr Fault kRefusesWithOneCode{"refuses_with_one_code"};
inline constexpr Fault kHeaderNamesHaveCase{"header_names_have_case"};
inline constexpr Fault kServesWithoutSession{"serves_without_session"};
inline constexpr Fault kServesUnknownRevision{"serves_unknown_revision"};
inline constexpr Fault kUntaggedSubscription{"untagged_subscription"};
inline constexpr Fault kNeverStopsWithStreams{"never_stops_with_open_streams"};
inline constexpr Fault kResetsAtStop{"resets_at_stop"};
inline constexpr Fault kEndsSubscriptionUntold{"ends_subscription_untold"};
inline constexpr Fault kCancelsOtherAtStop{"cancels_other_at_stop"};
}  // namespace server_fault

namespace server_oddity {
inline constexpr Oddity kEndsStreamLate{"ends_stream_late"};
inline constexpr Oddity kSseWithContentLength{"sse_with_content_length"};
inline constexpr Oddity kHeadWithFirstEvent{"head_with_first_event"};
inline constexpr Oddity kSessionIdAsEventId{"session_id_as_event_id"};
inline constexpr Oddity kCommentsAfterFinal{"comments_after_final"};
inline constexpr Oddity kNoDelete{"no_delete"};
inline constexpr Oddity kClosesAfter100Requests{"closes_after_100_requests"};
inline constexpr Oddity kClosesAfterEachResponse{"closes_after_each_response"};
inline constexpr Oddity kThinks40Ms{"thinks_40_ms"};
inline constexpr Oddity kJsonAnswers{"json_answers"};
inline constexpr Oddity kNoSession{"no_session"};
inline constexpr Oddity kErrorsAsIsError{"errors_as_is_error"};
inline constexpr Oddity kNagleOneWrite{"nagle_one_write"};
inline constexpr Oddity kNoEventIds{"no_event_ids"};
inline constexpr Oddity kCloseDelimited{"close_delimited"};
inline constexpr Oddity kKeepsDescriptorCache{"keeps_descriptor_cache"};
inline constexpr Oddity kRefusesResume{"refuses_resume"};
inline constexpr Oddity kNoGet{"no_get"};
inline constexpr Oddity kOneReader{"refuses_second_reader"};
inline constexpr Oddity kListensToUnknownId{"listens_to_unknown_event_id"};
inline constexpr Oddity kErrorForCancelled{"error_for_cancelled"};
inline constexpr Oddity kRefusesUnknownVersion{"refuses_unknown_version"};
inline constexpr Oddity kRefusesEqualId{"refuses_equal_id"};
inline constexpr Oddity kMemoryCache{"keeps_memory_cache"};
inline constexpr Oddity kFillsHeapFirst{"fills_heap_first"};
inline constexpr Oddity kIgnoresPreference{"ignores_preference_for_json"};
inline constexpr Oddity kErrorEndsConnection{"closes_after_errors"};
inline constexpr Oddity kRefusesBeforeBody{"refuses_before_the_body"};
inline constexpr Oddity kClosesBeforeBody{"closes_before_the_body"};
inline constexpr Oddity kRefusesExpectation{"refuses_expectation"};
inline constexpr Oddity kForgetsCork{"forgets_cork"};
inline constexpr Oddity kThrottled{"throttled"};
inline constexpr Oddity kLetsClientPoll{"lets_client_poll"};
inline constexpr Oddity kDiesOfTerm{"dies_of_term"};
inline constexpr Oddity kStopsLate{"stops_late"};
inline constexpr Oddity kCancelsSubscriptionAtStop{"cancels_subscription_at_stop"};
inline constexpr Oddity kNotifiesOnGet{"notifies_on_get"};
}  // namespace server_oddity

namespace client_fault {
inline constexpr Fault kResumesAfterResult{"resumes_after_result"};
inline constexpr Fault kResumesAfterError{"resumes_after_error"};
inline constexpr Fault kResetsAfterEachCall{"resets_after_each_call"};
inline constexpr Fault kHangsOnEarlyEnd{"hangs_on_early_end"};
inline constexpr Fault kWaitsForTerminator{"waits_for_terminator_forever"};
inline constexpr Fault kLosesWithoutTerminator{"loses_response_without_terminator"};
inline constexpr Fault kReusesRequestId{"reuses_request_id"};
inline constexpr Fault kNagleTwoWrites{"nagle_two_writes"};
inline constexpr Fault kGivesUpOnlyByLimit{"gives_up_only_by_limit"};
// Resuming.
inline constexpr Fault kNeverResumes{"never_resumes"};
inline constexpr Fault kDropsIdOnResume{"drops_id_on_resume"};
inline constexpr Fault kResumesFromFirstId{"resumes_from_first_id"};
inline constexpr Fault kResumesTooEarly{"resumes_too_early"};
inline constexpr Fault kPostsAgainAfterCut{"posts_again_after_cut"};
inline constexpr Fault kResumesWithoutEnd{"resumes_without_end"};
// Event streams.
inline constexpr Fault kKnowsLineFeedsOnly{"knows_line_feeds_only"};
inline constexpr Fault kFailsOnComments{"fails_on_comments"};
inline constexpr Fault kKeepsLastDataLine{"keeps_last_data_line"};
inline constexpr Fault kNeedsEventName{"needs_event_name"};
inline constexpr Fault kBreaksSplitCharacters{"breaks_split_characters"};
inline constexpr Fault kLimitsLines{"limits_lines"};
inline constexpr Fault kFailsOnManySkips{"fails_on_many_skips"};
inline constexpr Fault kComparesContentTypes{"compares_content_types"};
// Messages before the response, refusals.
inline constexpr Fault kIgnoresPings{"ignores_pings"};
inline constexpr Fault kConflatesIds{"conflates_ids"};
inline constexpr Fault kHangsOnRefusal{"hangs_on_refusal"};
inline constexpr Fault kBreaksAfterRefusal{"breaks_after_refusal"};
inline constexpr Fault kReadsErrorBodiesForever{"reads_error_bodies_forever"};
inline constexpr Fault kReadsAcceptsForever{"reads_accepts_forever"};
inline constexpr Fault kKeepsLostSession{"keeps_lost_session"};
// What every request says.
inline constexpr Fault kDropsSessionHeader{"drops_session_header"};
inline constexpr Fault kDropsVersionHeader{"drops_version_header"};
inline constexpr Fault kAcceptsJsonOnly{"accepts_json_only"};
// Time-outs and the end.
inline constexpr Fault kNoCancelAfterLimit{"no_cancel_after_limit"};
inline constexpr Fault kCancelsOtherRequest{"cancels_other_request"};
inline constexpr Fault kNeverDeletes{"never_deletes"};
inline constexpr Fault kWaitsForDelete{"waits_for_delete"};
inline constexpr Fault kWaitsForStreamsAtClose{"waits_for_streams_at_close"};
inline constexpr Fault kBlocksOnListeningGet{"blocks_on_listening_get"};
inline constexpr Fault kListensAgainAtOnce{"listens_again_at_once"};
// Without sessions.
inline constexpr Fault kResumesWithoutSessions{"resumes_without_sessions"};
inline constexpr Fault kKeepsTimedOutStream{"keeps_timed_out_stream"};
inline constexpr Fault kClosesAllAfterLimit{"closes_all_after_limit"};
inline constexpr Fault kIgnoresInputRequests{"ignores_input_requests"};
inline constexpr Fault kKeepsIdForInput{"keeps_id_for_input"};
inline constexpr Fault kChangesState{"changes_state"};
inline constexpr Fault kListensInAStorm{"listens_in_a_storm"};
inline constexpr Fault kDropsMethodHeader{"drops_method_header"};
inline constexpr Fault kPostsTwoMessages{"posts_two_messages"};
inline constexpr Fault kDeletesWithMessage{"deletes_with_message"};
inline constexpr Fault kPostsInputAsResponse{"posts_input_as_response"};
inline constexpr Fault kPostsWithoutType{"posts_without_type"};
inline constexpr Fault kGetsWithoutAccept{"gets_without_accept"};
inline constexpr Fault kNamesOtherRevision{"names_other_revision"};
inline constexpr Fault kResumesByPost{"resumes_by_post"};
inline constexpr Fault kAsksBeforeInitialize{"asks_before_initialize"};
inline constexpr Fault kHidesItself{"hides_client_info"};
inline constexpr Fault kNeverSaysInitialized{"never_says_initialized"};
inline constexpr Fault kRefusesOwnRevision{"refuses_own_revision"};
inline constexpr Fault kTakesUnknownRevision{"takes_unknown_revision"};
inline constexpr Fault kOddTokens{"odd_progress_tokens"};
inline constexpr Fault kFloodsPings{"floods_pings"};
inline constexpr Fault kHasNoLimit{"has_no_limit"};
inline constexpr Fault kNullIds{"null_ids"};
inline constexpr Fault kFractionIds{"fraction_ids"};
inline constexpr Fault kDropsJsonrpc{"drops_jsonrpc_member"};
inline constexpr Fault kIdsInNotices{"ids_in_notifications"};
inline constexpr Fault kOddMetaKeys{"odd_meta_keys"};
inline constexpr Fault kTakesLateAnswers{"takes_late_answers"};
inline constexpr Fault kDropsNameHeader{"drops_name_header"};
inline constexpr Fault kHidesCapabilities{"hides_capabilities"};
inline constexpr Fault kSubscribesToAll{"subscribes_to_all"};
// Several calls and their connections.
inline constexpr Fault kKeepsTwoConnections{"keeps_two_connections"};
inline constexpr Fault kTakesAnswersInOrder{"takes_answers_in_order"};
inline constexpr Fault kReusesUnfinished{"reuses_unfinished_connections"};
inline constexpr Fault kSendsAllFirst{"sends_all_before_reading"};
inline constexpr Fault kReusesHalfSent{"reuses_half_sent_connections"};
inline constexpr Fault kReusesTimedOut{"reuses_timed_out_connections"};
inline constexpr Fault kRepeatsTokens{"repeats_progress_tokens"};
inline constexpr Fault kCancelsInitialize{"cancels_initialize"};
inline constexpr Fault kHangsUnconnected{"hangs_unconnected"};
inline constexpr Fault kTakesUnknownTypes{"takes_unknown_result_types"};
// What a session leaves in the process.
inline constexpr Fault kLeaksConnections{"leaks_connections"};
inline constexpr Fault kLeaksBrokenConnections{"leaks_broken_connections"};
inline constexpr Fault kLeaksDescriptors{"leaks_descriptors"};
inline constexpr Fault kLeaksMemory{"leaks_memory"};
inline constexpr Fault kLeavesChild{"leaves_child"};
}  // namespace client_fault

namespace client_oddity {
inline constexpr Oddity kNewConnectionPerCall{"new_connection_per_call"};
inline constexpr Oddity kClosesAfterResponseQuickly{"closes_after_response_quickly"};
inline constexpr Oddity kOpensListeningGet{"opens_listening_get"};
inline constexpr Oddity kStringRequestIds{"string_request_ids"};
inline constexpr Oddity kRandomIntegerIds{"random_integer_ids"};
inline constexpr Oddity kListsToolsFirst{"lists_tools_first"};
inline constexpr Oddity kNoDelete{"no_delete"};
inline constexpr Oddity kReconnectsListeningGet{"reconnects_listening_get"};
inline constexpr Oddity kResumesLate{"resumes_late"};
inline constexpr Oddity kResumesOnce{"resumes_once"};
inline constexpr Oddity kListensEverSlower{"listens_ever_slower"};
inline constexpr Oddity kAsksAgain{"asks_again_with_new_id"};
inline constexpr Oddity kSendsTokens{"sends_progress_tokens"};
inline constexpr Oddity kSendsRefusedUploads{"sends_all_of_refused_uploads"};
inline constexpr Oddity kDrainsTimedOut{"drains_timed_out_streams"};
inline constexpr Oddity kKeepsFewConnections{"keeps_few_connections"};
inline constexpr Oddity kKeepsDescriptorCache{"keeps_descriptor_cache"};
inline constexpr Oddity kFillsHeapFirst{"fills_heap_first"};
inline constexpr Oddity kKeepsChild{"keeps_child"};
inline constexpr Oddity kWaitsForInitialize{"waits_for_initialize"};
}  // namespace client_oddity

}  // namespace tailrace
