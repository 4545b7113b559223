// unwind.c - a static program finds its exception tables as a dynamic one does.
//
// Linked into every static tool (cmake/Options.cmake). The start files of a static program register all its exception
// tables with the unwinder, which sorts them when the first exception is thrown: 12 million instructions, 1 ms, for a
// tool that otherwise runs for 0.8 ms. A dynamic program brings a sorted index instead (ld --eh-frame-hdr). So does
// ours: the index is linked in, and what the start files call is these two (ld --wrap), which do nothing. With nothing
// registered the unwinder asks for the index: dl_iterate_phdr(3).
void __wrap___register_frame_info(const void* begin, void* object);
void* __wrap___deregister_frame_info(const void* begin);

void __wrap___register_frame_info(const void* begin, void* object) { (void)begin, (void)object; }
void* __wrap___deregister_frame_info(const void* begin) { return (void)begin, (void*)0; }
