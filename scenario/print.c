/* SPDX-License-Identifier: GPL-2.0-only */
/* Scenario to text, in the one canonical way: parsing it gives an equal scenario. */

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "scenario/internal.h"

#define LINE_MAX_COLUMNS 100
#define CHOICES_PER_LINE 24

/* Counts what it would need, as snprintf() does. @out: a stream instead of a buffer. */
struct writer {
	char *buf;
	size_t size, length;
	FILE *out;
};

static void put(struct writer *w, const char *text, size_t n)
{
	if (w->out)
		fwrite(text, 1, n, w->out);
	else if (w->length < w->size)
		memcpy(w->buf + w->length, text, n < w->size - w->length ? n : w->size - w->length);
	w->length += n;
}

__attribute__((format(printf, 2, 3))) static void emit(struct writer *w, const char *format, ...)
{
	char piece[256];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(piece, sizeof(piece), format, args);
	va_end(args);
	if (n > 0)
		put(w, piece, (size_t)n < sizeof(piece) ? (size_t)n : sizeof(piece) - 1);
}

/* The terminator snprintf() would write. */
static size_t finish(struct writer *w)
{
	if (w->size)
		w->buf[w->length < w->size ? w->length : w->size - 1] = '\0';
	return w->length;
}

static void write_comment(struct writer *w, const char *comment)
{
	while (comment[0]) {
		size_t n = strcspn(comment, "\n");

		put(w, n ? "# " : "#", n ? 2 : 1);
		put(w, comment, n);
		put(w, "\n", 1);
		comment += n;
		if (!comment[0])
			return;
		comment++;
		if (!comment[0]) /* a purpose that ends in an empty line */
			put(w, "#\n", 2);
	}
}

static void write_world(struct writer *w, const struct scenario_world *world)
{
	if (world->workers == 1 && !world->clock_free && !world->alloc_fails && !world->rcu_eager &&
	    !world->access && !world->misuse)
		return;
	emit(w, "world");
	if (world->workers != 1)
		emit(w, " workers=%u", world->workers);
	if (world->clock_free)
		emit(w, " clock=free");
	if (world->alloc_fails)
		emit(w, " alloc=fails");
	if (world->rcu_eager)
		emit(w, " rcu=eager");
	if (world->access)
		emit(w, " access=on");
	if (world->misuse)
		emit(w, " misuse=on");
	emit(w, "\n");
}

static void write_machine(struct writer *w, const struct scenario *s)
{
	for (unsigned u = 0; u < s->units; u++) {
		emit(w, "unit u%u", u);
		for (unsigned k = 0; k < scenario_knob_count; k++)
			if (s->unit[u].knob[k] && s->unit[u].knob[k] < scenario_knob_values(k))
				emit(w, " %s=%s", scenario_knobs[k].name,
				     scenario_knobs[k].values[s->unit[u].knob[k]]);
		emit(w, " ring=%u\n", 1u << s->unit[u].ring_order);
	}
	for (unsigned d = 0; d < s->devices; d++) {
		const struct scenario_device *dev = &s->device[d];

		emit(w, "device d%u unit=u%u rid=%02x:%02x.%u credits=%u", d, dev->unit,
		     dev->rid >> 8, dev->rid >> 3 & 0x1f, dev->rid & 7, dev->credits);
		if (dev->retries)
			emit(w, " retries=%u", dev->retries);
		if (dev->no_ats)
			emit(w, " ats=off");
		emit(w, "\n");
	}
	emit(w, "space");
	for (unsigned i = 0; i < s->spaces; i++)
		emit(w, " %s", s->space_name[i]);
	emit(w, "\n");
}

static void write_pasid(struct writer *w, uint8_t pasid)
{
	if (pasid == SCENARIO_NONE)
		emit(w, " none");
	else
		emit(w, " p%u", pasid + 1u);
}

static void write_access(struct writer *w, uint8_t flags)
{
	if (!(flags & (OPF_READ | OPF_WRITE | OPF_EXEC))) {
		emit(w, " marker%s", flags & OPF_PRIV ? " priv" : "");
		return;
	}
	emit(w, " %s%s%s%s", flags & OPF_READ ? "r" : "", flags & OPF_WRITE ? "w" : "",
	     flags & OPF_EXEC ? "x" : "", flags & OPF_PRIV ? " priv" : "");
}

static void write_masks(struct writer *w, const uint64_t mask[4])
{
	for (unsigned i = 0; i < 4; i++)
		if (mask[i])
			emit(w, " xor%u=0x%" PRIx64, i, mask[i]);
}

static void write_queue(struct writer *w, const struct scenario_op *op)
{
	if (op->how == SCENARIO_QUEUE_SIZE)
		emit(w, " size=%u", op->page);
	else
		emit(w, "%s", op->how == SCENARIO_QUEUE_OFF ? " off" : " away");
}

/* One letter of the signature. */
static void write_argument(struct writer *w, const struct scenario *s, const struct scenario_op *op,
			   char letter)
{
	switch (letter) {
	case 'D':
		emit(w, " d%u", op->device);
		break;
	case 'U':
		emit(w, " u%u", op->device);
		break;
	case 'A':
		emit(w, " as p%u", op->pasid + 1u);
		break;
	case 'P':
	case 'Q':
		write_pasid(w, op->pasid);
		break;
	case 'R':
	case 'S':
		emit(w, " %s", op->space == SCENARIO_NONE ? "none" : s->space_name[op->space]);
		break;
	case 'T':
		emit(w, " %s", s->task_name[op->space]);
		break;
	case 'g':
		emit(w, " group=%u", op->group);
		break;
	case 'p':
		emit(w, " page=0x%x", op->page);
		break;
	case 'n':
		emit(w, " count=%u", op->page);
		break;
	case 'm':
		emit(w, " ms=%u", op->page);
		break;
	case 'a':
		write_access(w, op->flags);
		break;
	case 'l':
		emit(w, "%s", op->flags & OPF_LAST ? " last" : "");
		break;
	case 'f':
		emit(w, "%s", op->flags & OPF_FORCE ? " force" : "");
		break;
	case 'i':
		emit(w, " %s", op->flags & OPF_NEVER ? "never" : "late");
		break;
	case 'h':
		if (op->how != SCENARIO_STOP_ANSWERED)
			emit(w, " %s", scenario_stop_word[op->how]);
		break;
	case 'e':
		emit(w, " %s", scenario_error_word[op->how]);
		break;
	case 'd':
		emit(w, "%s", op->flags & OPF_DOMAIN ? " domain" : "");
		break;
	case 'b':
		emit(w, "%s%s%s", op->how & SCENARIO_PRS_PRO ? " pro" : "",
		     op->how & SCENARIO_PRS_PPR ? " ppr" : "",
		     op->how & SCENARIO_PRS_CLEAR ? " clear" : "");
		break;
	case 'V':
		emit(w, " 0x%x", scenario_op_value(op));
		break;
	case 'x':
		write_masks(w, op->mask);
		break;
	case 'z':
		write_queue(w, op);
		break;
	default:
		break;
	}
}

size_t scenario_print_op(const struct scenario *s, const struct scenario_op *op, char *buf,
			 size_t size)
{
	struct writer w = { .buf = buf, .size = size };

	emit(&w, "%s", scenario_op_word[op->code]);
	for (const char *letter = scenario_op_signature[op->code]; *letter; letter++)
		write_argument(&w, s, op, *letter);
	return finish(&w);
}

/* As many operations on a line as fit; the next line names the task again. */
static void write_task(struct writer *w, const struct scenario *s, unsigned task)
{
	char text[192];
	size_t column = 0;

	for (unsigned i = 0; i < s->ops; i++) {
		size_t n;

		if (s->op[i].task != task)
			continue;
		n = scenario_print_op(s, &s->op[i], text, sizeof(text));
		if (column && column + 2 + n <= LINE_MAX_COLUMNS) {
			emit(w, "; %s", text);
			column += 2 + n;
			continue;
		}
		emit(w, "%stask %s: %s", column ? "\n" : "", s->task_name[task], text);
		column = strlen("task : ") + strlen(s->task_name[task]) + n;
	}
	if (!column)
		emit(w, "task %s:", s->task_name[task]);
	emit(w, "\n");
}

static void write_choices(struct writer *w, const struct scenario *s)
{
	unsigned count = s->choice_count, shown = 0;

	while (count && !s->choice[count - 1])
		count--;
	for (unsigned i = 0; i < count; shown++) {
		unsigned times = 1;

		while (i + times < count && s->choice[i + times] == s->choice[i])
			times++;
		if (shown % CHOICES_PER_LINE == 0)
			emit(w, "%schoices", shown ? "\n" : "");
		emit(w, " %02x", s->choice[i]);
		if (times > 1)
			emit(w, "*%u", times);
		i += times;
	}
	if (shown)
		emit(w, "\n");
}

static void write_anchor(struct writer *w, const struct scenario_anchor *a)
{
	emit(w, "at %s %s#%u", a->task, a->site, a->nth);
	if (a->skip)
		emit(w, "+%u", a->skip);
	if (a->is_value)
		emit(w, " = %u\n", a->value);
	else
		emit(w, " -> %s\n", a->target);
}

static void write_needs(struct writer *w, const struct scenario *s)
{
	bool more = s->world.access && !scenario_has_word(s->needs, "access");

	if (s->needs[0] || more)
		emit(w, "needs %s%s%s\n", s->needs, s->needs[0] && more ? " " : "",
		     more ? "access" : "");
}

static void write_all(struct writer *w, const struct scenario *s)
{
	emit(w, "sluice %d\n", SCENARIO_VERSION);
	write_comment(w, s->comment);
	write_world(w, &s->world);
	write_machine(w, s);
	for (unsigned t = 0; t < s->tasks; t++)
		write_task(w, s, t);
	if (s->positional)
		write_choices(w, s);
	else
		for (unsigned i = 0; i < s->anchors; i++)
			write_anchor(w, &s->anchor[i]);
	for (unsigned i = 0; i < s->promises; i++)
		emit(w, "promise %s\n", s->promise[i]);
	write_needs(w, s);
	for (unsigned i = 0; i < s->expects; i++) {
		const struct scenario_expect *e = &s->expect[i];

		emit(w, "expect %s %s%s%s\n", e->system, e->result,
		     e->version[0] ? " version " : "", e->version);
	}
}

size_t scenario_print(const struct scenario *s, char *buf, size_t size)
{
	struct writer w = { .buf = buf, .size = size };

	write_all(&w, s);
	return finish(&w);
}

void scenario_write(const struct scenario *s, FILE *out)
{
	struct writer w = { .out = out };

	write_all(&w, s);
}
