#include "verbs.hpp"
namespace bell {
int verb_chain(const Globals&, int, char**) { return 1; }
}  // namespace bell
