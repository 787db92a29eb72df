#include "assembly.hpp"

#include <algorithm>
#include <initializer_list>
#include <stdexcept>
#include <utility>

#include "text.hpp"

namespace bench {
namespace {

bool is_one_of(const std::string& text, std::initializer_list<const char*> those) {
  return std::find(those.begin(), those.end(), text) != those.end();
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

Flow x86_flow(const std::string& name) {
  if (starts_with(name, "jmp")) return Flow::jump;
  if (name[0] == 'j') return Flow::branch;
  if (starts_with(name, "call")) return Flow::call;
  if (starts_with(name, "ret") || starts_with(name, "ud2")) return Flow::leave;
  return Flow::next;
}

Flow aarch64_flow(const std::string& name) {
  if (name == "b") return Flow::jump;
  if (is_one_of(name, {"bl", "blr"})) return Flow::call;
  if (is_one_of(name, {"br", "ret", "brk"})) return Flow::leave;
  if (starts_with(name, "b.") ||
      is_one_of(name, {"beq", "bne", "bcs", "bcc", "bhs", "blo", "bmi", "bpl",  "bvs", "bvc",
                       "bhi", "bls", "bge", "blt", "bgt", "ble", "cbz", "cbnz", "tbz", "tbnz"}))
    return Flow::branch;
  return Flow::next;
}

/// AT&T's spelling: the destination is the last operand, a place in memory has its registers in
/// parentheses.
Instruction x86_instruction(const std::string& text, bool has_frame_pointer) {
  const Words parts = words(text);
  const std::string& name = parts.front();
  Instruction result;
  result.text = text;
  result.flow = x86_flow(name);
  result.target = parts.back();
  result.is_fma = starts_with(name, "vfmadd") || starts_with(name, "vfmsub") ||
                  starts_with(name, "vfnmadd") || starts_with(name, "vfnmsub");
  result.is_division = contains(name, "div") || contains(name, "sqrt");
  const bool has_place =
      contains(text, "(%rsp)") || (has_frame_pointer && contains(text, "(%rbp)"));
  result.is_on_stack =
      (has_place && !starts_with(name, "lea")) || is_one_of(name, {"pushq", "popq"});
  const bool moves_all = starts_with(name, "vmov") || starts_with(name, "mov");
  const std::string& source = parts.size() > 1 ? parts[1] : name;
  if (moves_all && is_one_of(source.substr(0, 4), {"%xmm", "%ymm", "%zmm"}) && text.back() == ')')
    result.vector_stores = 1;
  return result;
}

/// Whether an operand is the place at a register, "[sp", with an offset or none, but no index.
bool is_at_base(const std::string& text, const std::string& base) {
  const auto at = text.find(base);
  if (at == std::string::npos) return false;
  const std::string rest = text.substr(at + base.size());
  return starts_with(rest, "]") ||
         (starts_with(rest, ", ") && rest.find_first_of("#-0123456789", 2) == 2);
}

Instruction aarch64_instruction(const std::string& text, bool has_frame_pointer) {
  const Words parts = words(text);
  const std::string& name = parts.front();
  Instruction result;
  result.text = text;
  result.flow = aarch64_flow(name);
  result.target = parts.back();
  result.is_fma =
      is_one_of(name, {"fmla", "fmls"}) || contains(name, "madd") || contains(name, "msub");
  result.is_division = contains(name, "div") || contains(name, "sqrt");
  result.is_on_stack = is_at_base(text, "[sp") || (has_frame_pointer && is_at_base(text, "[x29"));
  if (parts.size() > 1 && parts[1][0] == 'q')
    result.vector_stores = name == "stp" ? 2 : is_one_of(name, {"str", "stur"}) ? 1 : 0;
  return result;
}

/// Whether an instruction makes the frame pointer, whose register is an ordinary one where nothing
/// does.
bool makes_frame_pointer(const std::string& text) {
  return contains(text, "%rsp, %rbp") || contains(text, "x29, sp");
}

/// A quoted string of the assembly, without its quotes. The names have nothing that would be
/// escaped.
std::string unquoted(const std::string& text) {
  const auto first = text.find('"');
  return text.substr(first + 1, text.rfind('"') - first - 1);
}

class Reader {
 public:
  explicit Reader(Architecture architecture) : architecture_(architecture) {}

  void read(const std::string& line) {
    if (line.empty()) return;
    if (line[0] == '#' || line[0] == '/')
      read_comment(line);
    else if (line.back() == ':')
      read_label(line.substr(0, line.size() - 1));
    else if (line[0] == '.')
      read_directive(line);
    else if (function_ != nullptr && is_in_likely_code_)
      read_instruction(line);
  }

  Assembly result() {
    for (Entry& entry : assembly_.entries) {
      for (std::string* text : {&entry.type, &entry.name, &entry.what, &entry.way})
        *text = string_at(*text);
      if (assembly_.functions.count(entry.function) == 0)
        throw std::runtime_error("the assembly has no function " + entry.function);
    }
    if (assembly_.entries.empty())
      throw std::runtime_error("the assembly has no table of contents");
    return std::move(assembly_);
  }

 private:
  void read_comment(const std::string& line) {
    const auto at = line.find("static_cycles row");
    if (at == std::string::npos) return;
    const Words parts = words(line.substr(at));
    assembly_.entries.push_back({parts.at(2), parts.at(3), parts.at(4), parts.at(5),
                                 std::stoi(parts.at(6)), std::stoi(parts.at(7)), parts.at(8)});
  }

  void read_label(const std::string& label) {
    label_ = label;
    if (!is_in_likely_code_) return;
    if (label[0] != '.') {
      function_ = &assembly_.functions[label];
      has_frame_pointer_ = false;
    } else if (function_ != nullptr) {
      function_->labels[label] = function_->instructions.size();
    }
  }

  void read_directive(const std::string& line) {
    const Words parts = words(line);
    if (parts[0] == ".text") {
      is_in_likely_code_ = true;
    } else if (parts[0] == ".section") {
      is_in_likely_code_ =
          starts_with(parts[1], ".text") && !starts_with(parts[1], ".text.unlikely");
    } else if (is_one_of(parts[0], {".string", ".asciz"})) {
      strings_[label_] = unquoted(line);
    } else if (parts[0] == ".size" && is_in_likely_code_) {
      function_ = nullptr;
    }
  }

  void read_instruction(const std::string& line) {
    has_frame_pointer_ = has_frame_pointer_ || makes_frame_pointer(line);
    function_->instructions.push_back(architecture_ == Architecture::x86_64
                                          ? x86_instruction(line, has_frame_pointer_)
                                          : aarch64_instruction(line, has_frame_pointer_));
  }

  std::string string_at(const std::string& label) const {
    const auto found = strings_.find(label);
    if (found == strings_.end()) throw std::runtime_error("the assembly has no string " + label);
    return found->second;
  }

  Architecture architecture_;
  Assembly assembly_;
  std::map<std::string, std::string> strings_;
  std::string label_;
  Function* function_ = nullptr;
  bool is_in_likely_code_ = true;
  bool has_frame_pointer_ = false;
};

}  // namespace

Assembly read_assembly(std::istream& file, Architecture architecture) {
  Reader reader(architecture);
  for (std::string line; std::getline(file, line);) reader.read(trimmed(line));
  return reader.result();
}

}  // namespace bench
