// true.c - the payload of the benchmarks: nothing.
int main(void) { return 0; }
