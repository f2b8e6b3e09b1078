/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/knob.h"

#define C KNOB_CONFORMANT
#define D KNOB_DISPUTED
#define B KNOB_BROKEN

/* clang-format off: a table that is read by column */
/* The first value of each row is the default. "5.10" and the like: revisions of the VT-d text. */
const struct knob_info knob_table[KNOB_COUNT] = {
	[KNOB_EVENT] = {
		"K1", "event", "which requests set PPR",
		true, {
			{ "every-request", C, "any descriptor sets PPR (5.10, 7.5)" },
			{ "last-page", D,
			  "only a last page does: register pages of older parts say so, 5.10 does"
			  " not" },
		},
	},
	[KNOB_IP_CLEAR] = {
		"K2", "ip-clear", "what takes back an event that is still pending",
		true, {
			{ "both", C, "PPR and PRO both clear (7.5)" },
			{ "ppr", D,
			  "PPR clear, whatever PRO is: so says the text of PECTL, against 7.5" },
			{ "never", D,
			  "nothing: an event too many, as parts without the rule send it" },
		},
	},
	[KNOB_FULL_PRO] = {
		"K3", "full-pro", "which request sets PRO when the ring is full",
		true, {
			{ "every-request", C, "any request (5.10, table 31)" },
			{ "last-page", D,
			  "only a last page: older text is unclear; a part of a group is then "
			  "lost without a trace" },
		},
	},
	[KNOB_PRO_EVENT] = {
		"K4", "pro-event", "PRO is set while PPR is",
		true, {
			{ "suppressed", C, "no second event (7.5)" },
			{ "sent", D,
			  "an event of its own: older text does not say \"neither was set\"" },
		},
	},
	[KNOB_IRQ_STORM] = {
		"K5", "irq-storm", "interrupts go on though PPR was never cleared",
		false, {
			{ NULL, 0, NULL },
		},
	},
	[KNOB_RESP_LPIG] = {
		"K6", "resp-lpig", "bit 66 of a page group response",
		true, {
			{ "ignored", C, "5.10" },
			{ "zero", D,
			  "reserved, an error of the queue if set: 4.0 to 5.0 say so, 3.x and "
			  "5.10 do not; software that writes 0 never notices" },
		},
	},
	[KNOB_PDS] = {
		"K7", "pds", "page request drain (ECAP.PDS) and a wait that asks for it",
		true, {
			{ "drains", C, "PDS is set, and PD drains" },
			{ "rejects", C,
			  "PDS is clear, and PD is a reserved bit: an error of the queue" },
			{ "ignores", B,
			  "PDS is clear, and PD is ignored: no drain can be complete" },
		},
	},
	[KNOB_PIPE] = {
		"K8", "pipe", "a request that was allowed by an entry which is then torn down",
		true, {
			{ "open", D,
			  "may still reach the ring after the PASID cache was invalidated: the "
			  "text is silent, and in review (2020) it was held that hardware does "
			  "not queue then" },
			{ "closed", C, "reaches it before the invalidation is complete, or never" },
		},
	},
	[KNOB_OVERTAKE] = {
		"K9", "overtake",
		"a device-TLB completion overtakes older requests inside the unit",
		true, {
			{ "yes", C, "since 3.1" },
			{ "no", C, "3.0 and older: processed in order of arrival" },
		},
	},
	[KNOB_PRE_RC] = {
		"K10", "pre-rc", "automatic response to a function whose PRE is 0",
		true, {
			{ "invalid", C, "Invalid Request (5.10)" },
			{ "failure", D,
			  "Response Failure, an older reading of PCIe: turns page requests off" },
		},
	},
	[KNOB_GROUP_REST] = {
		"K11", "group-rest",
		"later members of a group of which one was dropped for overflow",
		true, {
			{ "queued", C, "as any request, once PRO is clear" },
			{ "dropped", D,
			  "dropped up to the last page, which is answered Success: the text is "
			  "silent" },
		},
	},
	[KNOB_TAIL_EARLY] = {
		"K12", "tail-early", "tail visible ahead of the descriptor",
		true, {
			{ "no", C, "7.4.1" },
			{ "yes", B, "software may read a slot that is not yet written" },
		},
	},
	[KNOB_TORN] = {
		"K13", "torn", "a descriptor's write beyond the tail",
		true, {
			{ "no", C, "all of 32 bytes, together with the tail" },
			{ "yes", B, "the first 16 bytes on accept, the rest on delivery" },
		},
	},
	[KNOB_MATCH] = {
		"K14", "match", "name space of group indices at the endpoint",
		true, {
			{ "function", C,
			  "one for the function; a response matches by its index alone" },
			{ "pasid", D,
			  "one for each PASID, as PCIe seems to let functions that require a "
			  "PASID in responses; VT-d is silent" },
		},
	},
	[KNOB_UNMATCHED] = {
		"K15", "unmatched", "a response that matches no open group",
		true, {
			{ "ignored", C, "latched (UPRGI) and discarded (7.9)" },
			{ "stops", B, "the function stops using page requests" },
		},
	},
	[KNOB_PQH_BAD] = {
		"K16", "pqh-bad", "PQH written unaligned, or beyond the ring",
		true, {
			{ "masked", C,
			  "reserved bits are dropped, the rest is taken modulo the ring" },
			{ "ignored", D, "the write is lost: the text has no rule" },
			{ "halts", D,
			  "nothing is queued until a good value comes: the text has no rule" },
		},
	},
	[KNOB_PTR_REWRITE] = {
		"K17", "rewrite", "ring registers rewritten while requests are in flight",
		false, {
			{ NULL, 0, NULL },
		},
	},
	[KNOB_INV_ANSWER] = {
		"K18", "inv-timeout", "time-out of a device-TLB invalidation",
		true, {
			{ "short", C, "10 ms" },
			{ "long", C, "1 s" },
		},
	},
	[KNOB_QI_WINDOW] = {
		"K19", "qi-window",
		"descriptors that the invalidation queue may have under way at once",
		true, {
			{ "one", C, "in order" },
			{ "two", C, "within the rules of 6.5.2.12" },
			{ "four", C, "within the rules of 6.5.2.12" },
		},
	},
	[KNOB_MSI] = {
		"K20", "msi", "event interrupts",
		true, {
			{ "delivered", C, "after a while, each" },
			{ "lossy", B, "each may be lost" },
		},
	},
	[KNOB_PRO_REARM] = {
		"K21", "pro-rearm", "PRO cleared while the ring is still full",
		true, {
			{ "clears", C, "the next request sets it again at once" },
			{ "sticks", D,
			  "stays set until head has moved: the text ties resumption to the bit "
			  "alone" },
		},
	},
	[KNOB_RF] = {
		"K22", "rf", "Response Failure, and reserved codes, at the endpoint",
		true, {
			{ "honoured", C, "the function turns page requests off" },
			{ "ignored", D, "taken as Invalid Request: what devices do in practice" },
		},
	},
	[KNOB_FPD_RESP] = {
		"K23", "fpd-resp", "automatic response where FPD suppresses the fault",
		true, {
			{ "yes", C, "as without FPD" },
			{ "no", D,
			  "none: the text ties FPD to the record only; the last page then stays "
			  "unanswered, which no software can mend" },
		},
	},
	[KNOB_VF_PRI] = {
		"K24", "vf-pri", "page requests of virtual functions ride on the PF's",
		false, {
			{ NULL, 0, NULL },
		},
	},
	[KNOB_PRECEDENCE] = {
		"K25", "precedence", "which check wins if several reject a request",
		true, {
			{ "tables", C, "tables, then PRO, then ring full" },
			{ "ring", C, "PRO, then ring full, then tables" },
		},
	},
	[KNOB_PD_SCOPE] = {
		"K26", "pd-scope", "which received requests a drain's wait pushes",
		true, {
			{ "devtlb", C,
			  "those ahead of the last device-TLB completion (7.7, 7.10 c)" },
			{ "wait", C, "those received before the wait completes (6.5.2.9)" },
		},
	},
	[KNOB_SMS] = {
		"K27", "sms", "a stop marker that cannot be written (ECAP.SMS)",
		true, {
			{ "set", C, "dropped silently" },
			{ "clear", D,
			  "undefined, here treated as any last page; software should not enable "
			  "page requests then, and Linux never looks" },
		},
	},
};
/* clang-format on */
