// true.c - the smallest program there is. With an argument it stays: the program of a container that others look at.
#include <unistd.h>

int main(int argc, char** argv) {
    (void)argv;
    return argc > 1 ? pause() : 0;
}
