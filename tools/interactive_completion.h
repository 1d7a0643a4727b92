// weft complete --interactive: a line that is written with grey suggestions behind the cursor.
#pragma once

#include <string>

#include "models/nets/completer.h"

namespace weft {

/// Tab takes the suggestion, Ctrl-Right (or Right at the end) its next word, Up and Down choose
/// another, Escape hides it; Enter ends the line, Ctrl-D or Ctrl-C the dialogue. `context` and the
/// lines so far are what the model reads first. Lines are written to standard output if that is not
/// the terminal. Throws UserError if standard input is no terminal.
void complete_interactively(Completer& completer, std::string context);

}  // namespace weft
