/* SPDX-License-Identifier: GPL-2.0-only */

/* Tables by number: lib/xarray.c and lib/idr.c, as far as a few entries need them. */

#include "shim/kernel.h"

static int find_index(const struct xarray *xa, unsigned long index)
{
	/* Readers take no lock. */
	for (int i = 0; i < XA_ENTRIES; i++)
		if (__atomic_load_n(&xa->slot[i].entry, __ATOMIC_ACQUIRE) &&
		    __atomic_load_n(&xa->slot[i].index, __ATOMIC_RELAXED) == index)
			return i;
	return -1;
}

static int find_free(const struct xarray *xa)
{
	for (int i = 0; i < XA_ENTRIES; i++)
		if (!xa->slot[i].entry)
			return i;
	return -1;
}

static void *visible(void *entry)
{
	return entry == XA_ZERO_ENTRY ? NULL : entry;
}

void *xa_load(struct xarray *xa, unsigned long index)
{
	int at;

	host_point(HOST_SITE_READ_ONCE);
	at = find_index(xa, index);
	return at < 0 ? NULL : visible(__atomic_load_n(&xa->slot[at].entry, __ATOMIC_ACQUIRE));
}

/* Under the lock. */
static int put_entry(struct xarray *xa, unsigned long index, void *entry)
{
	int at = find_free(xa);

	/* A table of the kernel's has room for all numbers. */
	if (at < 0)
		return -ENOMEM;
	__atomic_store_n(&xa->slot[at].index, index, __ATOMIC_RELAXED);
	__atomic_store_n(&xa->slot[at].entry, entry ? entry : XA_ZERO_ENTRY, __ATOMIC_RELEASE);
	return 0;
}

bool xa_empty(const struct xarray *xa)
{
	for (int i = 0; i < XA_ENTRIES; i++)
		if (xa->slot[i].entry)
			return false;
	return true;
}

int xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	int err;

	spin_lock(&xa->xa_lock);
	err = find_index(xa, index) >= 0 ? -EBUSY : put_entry(xa, index, entry);
	spin_unlock(&xa->xa_lock);
	return err;
}

void *xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp)
{
	void *found;
	int at, err = 0;

	spin_lock(&xa->xa_lock);
	at = find_index(xa, index);
	found = at < 0 ? NULL : visible(xa->slot[at].entry);
	if (found == old && at >= 0)
		__atomic_store_n(&xa->slot[at].entry, entry, __ATOMIC_RELEASE);
	else if (found == old && entry)
		err = put_entry(xa, index, entry);
	spin_unlock(&xa->xa_lock);
	return err ? ERR_PTR(err) : found;
}

void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	void *found = NULL;
	int at, err = 0;

	spin_lock(&xa->xa_lock);
	at = find_index(xa, index);
	if (at >= 0) {
		found = visible(xa->slot[at].entry);
		__atomic_store_n(&xa->slot[at].entry, entry, __ATOMIC_RELEASE);
	} else if (entry) {
		err = put_entry(xa, index, entry);
	}
	spin_unlock(&xa->xa_lock);
	return err ? ERR_PTR(err) : found;
}

void *xa_erase(struct xarray *xa, unsigned long index)
{
	return xa_store(xa, index, NULL, GFP_KERNEL);
}

int xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp)
{
	int err = -EBUSY;

	spin_lock(&xa->xa_lock);
	for (unsigned long index = limit.min; index <= limit.max; index++) {
		if (find_index(xa, index) >= 0)
			continue;
		err = put_entry(xa, index, entry);
		if (!err)
			*id = (u32)index;
		break;
	}
	spin_unlock(&xa->xa_lock);
	return err;
}

int ida_alloc_range(struct ida *ida, unsigned low, unsigned high, gfp_t gfp)
{
	int number = -ENOSPC;

	spin_lock(&ida->lock);
	for (unsigned i = low; i <= high && i < IDA_NUMBERS; i++) {
		if (ida->used >> i & 1)
			continue;
		ida->used |= 1ul << i;
		number = (int)i;
		break;
	}
	spin_unlock(&ida->lock);
	return number;
}

void ida_free(struct ida *ida, unsigned number)
{
	spin_lock(&ida->lock);
	WARN_ON(number >= IDA_NUMBERS || !(ida->used >> number & 1));
	ida->used &= ~(1ul << (number % IDA_NUMBERS));
	spin_unlock(&ida->lock);
}
