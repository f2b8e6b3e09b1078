// SPDX-License-Identifier: GPL-2.0-only
//
// An error of the invalidation queue at any descriptor of a submission is the submitter's. The bad one
// becomes a wait that writes no status; the submitter goes on to its own wait, so that no slot is given
// back that hardware has not left, and then tells of the error. A drain that was hit is done again.
//
// files: drivers/iommu/intel/dmar.c drivers/iommu/intel/prq.c|drivers/iommu/intel/svm.c
// versions: 6.12, 6.1
// scenarios: queue-error-at-a-wait queue-error-inside-a-drain queue-error-ends-the-drain

@@
identifier desc;
expression head, shift;
@@
 int qi_check_fault(struct intel_iommu *iommu, int index, int wait_index)
 {
 	<...
-	if ((head >> shift) == index) {
+	if (((head >> shift) - index + QI_LENGTH) % QI_LENGTH <=
+	    (wait_index - index + QI_LENGTH) % QI_LENGTH) {
 		struct qi_desc *desc = ...;
-		memcpy(desc, ...);
+		if ((head >> shift) == wait_index) {
+			desc->qw0 &= ~QI_IWD_PRQ_DRAIN;
+		} else {
+			memset(desc, 0, 1 << shift);
+			desc->qw0 = QI_IWD_FENCE | QI_IWD_TYPE;
+		}
 		...
 	}
 	...>
 }

@@
@@
 int qi_submit_sync(...)
 {
+	int error;
 	...
 }

@@
@@
 restart:
 rc = 0;
+error = 0;

@@
@@
 rc = qi_check_fault(...);
-if (rc)
+if (rc == -EINVAL)
+	error = rc;
+else if (rc)
 	break;

@@
@@
 int qi_submit_sync(...)
 {
 	<...
-	return rc;
+	return rc ? rc : error;
 	...>
 }

@@
expression iommu, desc;
@@
 qi_retry:
 	...
-	qi_submit_sync(iommu, desc, 3, QI_OPT_WAIT_DRAIN);
+	if (qi_submit_sync(iommu, desc, 3, QI_OPT_WAIT_DRAIN) == -EINVAL && tries++ < 3)
+		goto qi_retry;

@@
identifier f = {intel_iommu_drain_pasid_prq, intel_svm_drain_prq};
@@
 void f(struct device *dev, u32 pasid)
 {
+	int tries = 0;
 	...
 }
