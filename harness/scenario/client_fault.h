// SPDX-License-Identifier: Apache-2.0
// The faults and legal oddities of the reference client, as fault.h has the server's. Values.
#pragma once

#include "harness/scenario/fault.h"

namespace tailrace {

namespace client_fault {
inline constexpr Fault kResumesAfterResult{"resumes_after_result"};
inline constexpr Fault kResumesAfterThirdResult{"resumes_after_third_result"};
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
inline constexpr Fault kResumesFromNewestId{"resumes_from_newest_id"};
inline constexpr Fault kResumesTooEarly{"resumes_too_early"};
inline constexpr Fault kPostsAgainAfterCut{"posts_again_after_cut"};
inline constexpr Fault kResumesWithoutEnd{"resumes_without_end"};
inline constexpr Fault kIgnoresRetry{"ignores_retry"};
inline constexpr Fault kKeepsFirstRetry{"keeps_first_retry"};
inline constexpr Fault kResumesAfterRetry{"resumes_after_result_with_retry"};
inline constexpr Fault kResumesAfterResumed{"resumes_after_resumed_result"};
inline constexpr Fault kLosesJsonErrors{"loses_json_errors"};
inline constexpr Fault kForgetsEmptyEvents{"forgets_empty_events"};
inline constexpr Fault kListensWithoutId{"listens_again_without_id"};
// Event streams.
inline constexpr Fault kKnowsLineFeedsOnly{"knows_line_feeds_only"};
inline constexpr Fault kFailsOnComments{"fails_on_comments"};
inline constexpr Fault kKeepsLastDataLine{"keeps_last_data_line"};
inline constexpr Fault kNeedsEventName{"needs_event_name"};
inline constexpr Fault kBreaksSplitCharacters{"breaks_split_characters"};
inline constexpr Fault kLimitsLines{"limits_lines"};
inline constexpr Fault kFailsOnManySkips{"fails_on_many_skips"};
inline constexpr Fault kComparesContentTypes{"compares_content_types"};
inline constexpr Fault kComparesHeaderNames{"compares_header_names"};
inline constexpr Fault kSplitsCutLineEnds{"splits_cut_line_ends"};
inline constexpr Fault kFailsOnUnknownEvents{"fails_on_unknown_events"};
// Messages before the response, refusals.
inline constexpr Fault kIgnoresPings{"ignores_pings"};
inline constexpr Fault kAnswersPingsTwice{"answers_pings_twice"};
inline constexpr Fault kRepeatsCutCalls{"repeats_cut_calls"};
inline constexpr Fault kStopsAtNotifications{"stops_at_notifications"};
inline constexpr Fault kStopsAtManyNotifications{"stops_at_many_notifications"};
inline constexpr Fault kWaitsForEndOfErrors{"waits_for_end_of_errors"};
inline constexpr Fault kCancelsAnswered{"cancels_answered_calls"};
inline constexpr Fault kReopensAfterErrors{"reopens_session_after_errors"};
inline constexpr Fault kGoesOnAfterDelete{"goes_on_after_delete"};
inline constexpr Fault kAnswersNotifications{"answers_notifications"};
inline constexpr Fault kAnswersPingsAtEnd{"answers_pings_at_end"};
inline constexpr Fault kKnowsStandardCodes{"knows_standard_codes_only"};
inline constexpr Fault kConflatesIds{"conflates_ids"};
inline constexpr Fault kHangsOnRefusal{"hangs_on_refusal"};
inline constexpr Fault kBreaksAfterRefusal{"breaks_after_refusal"};
inline constexpr Fault kReadsErrorBodiesForever{"reads_error_bodies_forever"};
inline constexpr Fault kReadsAcceptsForever{"reads_accepts_forever"};
inline constexpr Fault kKeepsLostSession{"keeps_lost_session"};
inline constexpr Fault kGoesOnWithLostSession{"goes_on_with_lost_session"};
inline constexpr Fault kDropsSessionOnResume{"drops_session_on_resume"};
inline constexpr Fault kResumesResetsAtOnce{"resumes_resets_at_once"};
inline constexpr Fault kResumesAfterCutResult{"resumes_after_cut_result"};
// What every request says.
inline constexpr Fault kDropsSessionHeader{"drops_session_header"};
inline constexpr Fault kDropsVersionHeader{"drops_version_header"};
inline constexpr Fault kDoublesVersionHeader{"doubles_version_header"};
inline constexpr Fault kAsksForUndeclared{"asks_for_undeclared"};
inline constexpr Fault kAcceptsJsonOnly{"accepts_json_only"};
inline constexpr Fault kAcceptsAnything{"accepts_anything"};
// Time-outs and the end.
inline constexpr Fault kNoCancelAfterLimit{"no_cancel_after_limit"};
inline constexpr Fault kCancelsOtherRequest{"cancels_other_request"};
inline constexpr Fault kEndsSessionAfterLimit{"ends_session_after_limit"};
inline constexpr Fault kNeverDeletes{"never_deletes"};
inline constexpr Fault kWaitsForDelete{"waits_for_delete"};
inline constexpr Fault kWaitsForGetAtClose{"waits_for_listening_get_at_close"};
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
inline constexpr Fault kLosesArgumentsForInput{"loses_arguments_for_input"};
inline constexpr Fault kPostsWithoutType{"posts_without_type"};
inline constexpr Fault kGetsWithoutAccept{"gets_without_accept"};
inline constexpr Fault kNamesOwnRevision{"names_own_revision"};
inline constexpr Fault kNamesOtherRevision{"names_other_revision"};
inline constexpr Fault kResumesByPost{"resumes_by_post"};
inline constexpr Fault kAsksBeforeInitialize{"asks_before_initialize"};
inline constexpr Fault kHidesItself{"hides_client_info"};
inline constexpr Fault kHangsWithoutLength{"hangs_without_length"};
inline constexpr Fault kIgnoresPingsOnGet{"ignores_pings_on_get"};
inline constexpr Fault kRepeatsDelete{"repeats_delete"};
inline constexpr Fault kNeverSaysInitialized{"never_says_initialized"};
inline constexpr Fault kSaysInitializedOnce{"says_initialized_once"};
inline constexpr Fault kDeletesLostSession{"deletes_lost_session"};
inline constexpr Fault kCancelsInitializeToo{"cancels_initialize_too"};
inline constexpr Fault kListensAtAPace{"listens_at_a_pace"};
inline constexpr Fault kGivesPreviousAnswers{"gives_previous_answers"};
inline constexpr Fault kForgetsToReturnOnce{"forgets_to_return_once"};
inline constexpr Fault kLosesOneAnswer{"loses_one_answer"};
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
inline constexpr Fault kTakesAnyAnswer{"takes_any_answer"};
inline constexpr Fault kFailsOnStrays{"fails_on_stray_answers"};
inline constexpr Fault kFailsOnBatches{"fails_on_batches"};
inline constexpr Fault kDropsNameHeader{"drops_name_header"};
inline constexpr Fault kHidesCapabilities{"hides_capabilities"};
inline constexpr Fault kSubscribesToAll{"subscribes_to_all"};
// Several calls and their connections.
inline constexpr Fault kKeepsTwoConnections{"keeps_two_connections"};
inline constexpr Fault kFailsOnClosed{"fails_on_closed_connections"};
inline constexpr Fault kReusesAnnounced{"reuses_connections_announced_closed"};
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
inline constexpr Fault kKeepsConnectionsOfSessions{"keeps_connections_of_sessions"};
inline constexpr Fault kKeepsListeningAtClose{"keeps_listening_at_close"};
inline constexpr Fault kLeaksConnectionPerCall{"leaks_connection_per_call"};
inline constexpr Fault kLeaksRefused{"leaks_refused_connections"};
inline constexpr Fault kLeaksBrokenConnections{"leaks_broken_connections"};
inline constexpr Fault kNagleInAnswers{"nagle_in_answers"};
inline constexpr Fault kNagleOnShort{"nagle_on_short_connections"};
inline constexpr Fault kReadsInitializeAsJson{"reads_initialize_as_json"};
inline constexpr Fault kNeedsSession{"needs_session"};
inline constexpr Fault kHangsOnAccepted{"hangs_on_accepted"};
inline constexpr Fault kHangsOnPages{"hangs_on_pages"};
inline constexpr Fault kExitsWithOne{"exits_with_one"};
inline constexpr Fault kNeverExits{"never_exits"};
inline constexpr Fault kResumesWithoutLimit{"resumes_without_limit"};
inline constexpr Fault kFailsTogether{"fails_together"};
inline constexpr Fault kLeaksDescriptorPerCall{"leaks_descriptor_per_call"};
inline constexpr Fault kLeaksMemoryPerCall{"leaks_memory_per_call"};
inline constexpr Fault kLeaksThreadPerCall{"leaks_thread_per_call"};
inline constexpr Fault kLeaksThreads{"leaks_threads"};
inline constexpr Fault kLeaksDescriptors{"leaks_descriptors"};
inline constexpr Fault kLeaksMemory{"leaks_memory"};
inline constexpr Fault kLeavesChild{"leaves_child"};
inline constexpr Fault kLosesInitialize{"loses_answer_to_initialize"};
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
inline constexpr Oddity kListensOnce{"listens_once"};
inline constexpr Oddity kResumesLate{"resumes_late"};
inline constexpr Oddity kResumesOnce{"resumes_once"};
inline constexpr Oddity kListensEverSlower{"listens_ever_slower"};
inline constexpr Oddity kAsksAgain{"asks_again_with_new_id"};
inline constexpr Oddity kSendsTokens{"sends_progress_tokens"};
inline constexpr Oddity kExpectsContinue{"expects_continue"};
inline constexpr Oddity kSendsRefusedUploads{"sends_all_of_refused_uploads"};
inline constexpr Oddity kDrainsTimedOut{"drains_timed_out_streams"};
inline constexpr Oddity kKeepsFewConnections{"keeps_few_connections"};
inline constexpr Oddity kKeepsDescriptorCache{"keeps_descriptor_cache"};
inline constexpr Oddity kFillsHeapFirst{"fills_heap_first"};
inline constexpr Oddity kKeepsChild{"keeps_child"};
inline constexpr Oddity kWaitsForInitialize{"waits_for_initialize"};
inline constexpr Oddity kReadsEveryEvent{"reads_every_event"};
inline constexpr Oddity kHalfCloses{"half_closes"};
inline constexpr Oddity kSharesConnections{"shares_connections_among_sessions"};
inline constexpr Oddity kPausesAfterInitialize{"pauses_after_initialize"};
}  // namespace client_oddity

}  // namespace tailrace
