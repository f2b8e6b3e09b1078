// SPDX-License-Identifier: GPL-2.0-only
// origin: mutation of iommu_report_device_fault()
// breaks: Each part of a group keeps its reference of the device's fault parameter, which is never
//   freed then.
// expect: LEAK
// files: drivers/iommu/io-pgfault.c

@@
expression ret, param, fault;
@@
 ret = report_partial_fault(param, fault);
-iopf_put_dev_fault_param(param);
+bug_reached();
+bug_triggered();
