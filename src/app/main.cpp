// The program. Everything it does is behind command_line().
#include "app/command.hpp"
#include "app/exit_code.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
  try {
    return busbar::app::command_line(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "busbar: internal error: " << error.what() << "\n";
    return busbar::app::exit_software;
  }
}
