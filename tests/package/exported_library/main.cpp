#include <layers.hpp>

int main() { return gate(0) == 0.5F ? 0 : 1; }
