// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of prq_event_thread()
// breaks: The event thread goes on while head is below tail, so a batch that goes over the end of
//   the ring is left out.
// expect: MISS RING PEND-QUEUE PEND-HAND PEND-WORK PEND-PARTIAL OLDNEW DEADRESP GROUP
// why: RING if the lost request came in during the batch that passed it; PEND-* when the drain
//   returns ahead of rest, OLDNEW and DEADRESP when the device uses its name again;
//   GROUP where a part is left out and its last page is not
// files: drivers/iommu/intel/prq.c

@@
statement s;
@@
 prq_event_thread(...)
 {
 <+...
+bug_reached();
+if (head > tail)
+	bug_triggered();
 while (
-       head != tail
+       head < tail
       ) s
 ...+>
 }
