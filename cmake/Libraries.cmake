# What others have written, as imported targets. All of it is packaged by Debian and Ubuntu: scripts/install-dependencies.
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SECCOMP REQUIRED libseccomp)
pkg_check_modules(ARCHIVE REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
# The systemd cgroup driver's helper is built where libsystemd is; it is the one program that can't be static.
pkg_check_modules(SYSTEMD IMPORTED_TARGET libsystemd)
