/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of sites, as scenarios spell them; and waits in words. */

#include <stdio.h>
#include <string.h>

#include "host/engine.h"

#define REGS_MAX (HOST_SITE_WRITE - HOST_SITE_READ)

#define X(id, name, flags) name,
static const char *const site_names[] = { HOST_SITES(X) };
#undef X

static const char *reg_names[REGS_MAX];

void engine_set_reg_names(const char *const names[32])
{
	for (unsigned i = 0; i < REGS_MAX; i++)
		reg_names[i] = names[i];
}

static const char *name_reg(unsigned reg, const char *verb, char buf[ENGINE_NAME_MAX])
{
	if (reg_names[reg])
		snprintf(buf, ENGINE_NAME_MAX, "%s_%s", verb, reg_names[reg]);
	else
		snprintf(buf, ENGINE_NAME_MAX, "%s_r%u", verb, reg);
	return buf;
}

const char *engine_site_name(unsigned site, char buf[ENGINE_NAME_MAX])
{
	if (site < HOST_SITE_NAMED)
		return site_names[site];
	if (site >= HOST_SITE_READ && site < HOST_SITE_WRITE)
		return name_reg(site - HOST_SITE_READ, "read", buf);
	if (site >= HOST_SITE_WRITE && site < HOST_SITE_MAX)
		return name_reg(site - HOST_SITE_WRITE, "write", buf);
	snprintf(buf, ENGINE_NAME_MAX, "site%u", site);
	return buf;
}

int engine_site_find(const char *name)
{
	char buf[ENGINE_NAME_MAX];

	for (unsigned site = 0; site < HOST_SITE_MAX; site++) {
		if (site >= HOST_SITE_NAMED && site < HOST_SITE_READ)
			continue;
		if (!strcmp(engine_site_name(site, buf), name))
			return (int)site;
	}
	return -1;
}

size_t engine_describe_wait(unsigned id, char *buf, size_t size)
{
	const struct engine_task *t = engine_task(id);
	char site_buf[ENGINE_NAME_MAX];
	const char *verb, *site;
	int length;

	if (!t) {
		length = snprintf(buf, size, "%s", engine_name(id));
		return length < 0 ? 0 : (size_t)length;
	}
	site = engine_site_name(t->site, site_buf);
	switch (t->state) {
	case TASK_BLOCKED:
		verb = t->wait.idle ? "is idle, waiting for" : "waits for";
		break;
	case TASK_POLLING:
		verb = "polls for";
		break;
	case TASK_DONE:
		length = snprintf(buf, size, "%s has ended", t->name);
		return length < 0 ? 0 : (size_t)length;
	default:
		length = snprintf(buf, size, "%s can go on at %s#%u", t->name, site,
				  t->nth[t->site]);
		return length < 0 ? 0 : (size_t)length;
	}
	length = snprintf(buf, size, "%s %s %s at %s#%u", t->name, verb,
			  t->wait.what ? t->wait.what : "something", site, t->nth[t->site]);
	return length < 0 ? 0 : (size_t)length;
}
