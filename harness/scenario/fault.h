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
inline constexpr Fault k400ForUnknownSession{"400_for_unknown_session"};
inline constexpr Fault kServesUnknownSession{"serves_unknown_session"};
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
}  // namespace server_oddity

namespace client_fault {
inline constexpr Fault kResumesAfterResult{"resumes_after_result"};
inline constexpr Fault kResumesAfterError{"resumes_after_error"};
inline constexpr Fault kResetsAfterEachCall{"resets_after_each_call"};
inline constexpr Fault kHangsOnEarlyEnd{"hangs_on_early_end"};
inline constexpr Fault kWaitsForTerminator{"waits_for_terminator_forever"};
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
}  // namespace client_oddity

}  // namespace tailrace
