// SPDX-License-Identifier: GPL-2.0-only
//
// A drain that is to wait for a request without the last-page flag wakes the event thread: where only a
// last page raises an event, nobody else may come to do so.
//
// files: drivers/iommu/intel/prq.c
// versions: 6.12
// scenarios: part-raises-no-event

@@
statement s;
@@
 while (head != tail) {
 	...
+	if (!iommu->prq[head / sizeof(struct page_req_dsc)].lpig)
+		irq_wake_thread(iommu->pr_irq, iommu);
 	s
 	goto prq_retry;
 }
