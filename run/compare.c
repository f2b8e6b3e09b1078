/* SPDX-License-Identifier: GPL-2.0-only */
#include "run/compare.h"

#include <stdio.h>
#include <string.h>

void compare_view(const struct scenario *s, const struct run_result *result,
		  struct endpoint_view *view)
{
	u32 needs = invariant_table[INV_DIFF].needs_all;

	view->sound = result->verdict == RUN_CLEAN && !(result->broken & needs);
	if (!view->sound)
		return;
	for (unsigned i = 0; i < s->ops; i++)
		judge_answer(play_request_of(i), &view->answer[i]);
}

/*
 * Whether a page is there depends on when a `hole` is made. A driver's domain and that of requests
 * without PASID need not have a fault handler: then all is refused.
 */
static bool compare_codes(const struct scenario *s, const struct scenario_op *request)
{
	if (request->pasid == SCENARIO_NONE)
		return false;
	for (unsigned i = 0; i < s->ops; i++) {
		const struct scenario_op *op = &s->op[i];

		if (op->code == OP_HOLE)
			return false;
		if (op->code == OP_BIND && op->device == request->device &&
		    op->pasid == request->pasid && op->flags & OPF_DOMAIN)
			return false;
	}
	return true;
}

static const char *code_word(unsigned rc)
{
	return rc == 0 ? "Success" : rc == 1 ? "Invalid Request" : "another code";
}

static void differ(const struct scenario_op *op, const char *here, const char *name,
		   const char *there)
{
	char what[160], pasid[16] = "no pasid";

	if (op->pasid != SCENARIO_NONE)
		snprintf(pasid, sizeof(pasid), "p%u", op->pasid + 1u);
	snprintf(what, sizeof(what), "the request of d%u %s group %u page 0x%x: %s, and of %s: %s",
		 op->device, pasid, op->group, op->page, here, name, there);
	judge_report(INV_DIFF, what);
}

void compare_views(const struct scenario *s, const struct endpoint_view *view,
		   const struct endpoint_view *other, const char *name)
{
	if (!view->sound || !other->sound)
		return;
	for (unsigned i = 0; i < s->ops; i++) {
		const struct judge_answer *a = &view->answer[i], *b = &other->answer[i];
		const struct scenario_op *op = &s->op[i];

		if (!a->owed || !b->owed)
			continue;
		if (a->answered != b->answered) {
			differ(op, a->answered ? "answered" : "no answer", name,
			       b->answered ? "answered" : "no answer");
			return;
		}
		if (a->alone && b->alone && a->rc != b->rc && compare_codes(s, op)) {
			differ(op, code_word(a->rc), name, code_word(b->rc));
			return;
		}
	}
}
