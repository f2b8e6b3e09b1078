# SPDX-License-Identifier: GPL-2.0-only
#
# `cpack` in a build for /usr (the preset `package`): one Debian package of all that is installed. Debian has a
# package `sluice`, which limits the rate of a pipe: another name, and not both at a time.
set(CPACK_PACKAGE_NAME sluice-iommu)
set(CPACK_DEBIAN_PACKAGE_CONFLICTS sluice)
set(SLUICE_PACKAGE_CONTACT "The Sluice developers <sluice@sluice.invalid>" CACHE STRING "Maintainer of the package")

# A package has a changelog, compressed, and says which complaints of lintian it means.
string(TIMESTAMP changelog_date "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(cmake/debian/changelog.in ${CMAKE_BINARY_DIR}/changelog @ONLY)
execute_process(COMMAND gzip -9nf ${CMAKE_BINARY_DIR}/changelog COMMAND_ERROR_IS_FATAL ANY)
install(FILES ${CMAKE_BINARY_DIR}/changelog.gz cmake/debian/copyright DESTINATION ${doc})
install(FILES cmake/debian/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME sluice-iommu)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "${SLUICE_PACKAGE_CONTACT}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "fuzzing and stress of draining PCIe page requests")
set(CPACK_PACKAGE_DESCRIPTION "Sluice takes code that drains page requests behind a VT-d IOMMU, puts it
into a modelled machine, and tries orders of events. This package has the
command that replays, searches, minimises and explains, the programs for
stress on real threads, and the library for tests of one's own.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "gdb, git, libc6-dev, pkgconf")
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
	OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
include(CPack)
