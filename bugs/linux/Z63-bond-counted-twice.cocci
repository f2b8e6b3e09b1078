// SPDX-License-Identifier: GPL-2.0-only
// origin: 62ef907a045e left out, in the counts of 6.12
// breaks: The second device of a space is counted twice among the users of the domain, and no unbind takes
//   the surplus off.
// expect: LEAK
// files: drivers/iommu/iommu-sva.c

@@
iterator name list_for_each_entry;
expression domain, head;
@@
 list_for_each_entry(domain, head, next) {
+	bug_reached();
+	bug_triggered();
+	domain->users++;
 	...
 }
