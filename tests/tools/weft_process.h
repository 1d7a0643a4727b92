// Runs the real program as a user's shell would, and looks at what it leaves behind.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace weft::testing {

inline std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline void write_all(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// A folder that goes with the object; relative paths of the program begin there.
class Folder {
 public:
  Folder() {
    path_ = (std::filesystem::temp_directory_path() / "weft test XXXXXX").string();
    if (!mkdtemp(path_.data())) throw std::runtime_error("no temporary folder");
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }
  bool has(const std::string& name) const { return std::filesystem::exists(*this / name); }
  std::string read(const std::string& name) const { return read_all(*this / name); }
  void write(const std::string& name, const std::string& text) const {
    write_all(*this / name, text);
  }

 private:
  std::string path_;
};

struct Result {
  int exit = -1;    // exit code
  int signal = 0;   // that ended it; SIGKILL after the time limit
  std::string out;  // stdout
  std::string err;  // stderr
};

/// A program that is running.
class WeftProcess {
 public:
  struct Options {
    std::string input;             // its stdin
    std::string out;               // a path for its stdout, instead of catching it
    std::uint64_t file_limit = 0;  // bytes that a file may have; 0: no limit
    double seconds = 120;          // time limit
    int input_descriptor = -1;     // instead of `input`
    int output_descriptor = -1;    // instead of catching stdout
  };

  WeftProcess(const Folder& folder, std::vector<std::string> arguments, Options options)
      : options_(std::move(options)) {
    scratch_.write("in", options_.input);
    std::vector<char*> argv = {const_cast<char*>(WEFT_PROGRAM)};
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    begun_ = std::chrono::steady_clock::now();
    pid_ = fork();
    if (pid_ < 0) throw std::runtime_error("no process");
    if (pid_ == 0) become(folder, argv.data());
  }

  pid_t pid() const { return pid_; }
  void send(int signal) const { kill(pid_, signal); }
  /// What it has written to stderr by now.
  std::string err() const { return scratch_.read("err"); }
  bool wait_for_err(const std::string& text) const {
    for (int i = 0; i < 6000; ++i) {
      if (err().find(text) != std::string::npos) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  Result wait() {
    int status = 0;
    while (waitpid(pid_, &status, WNOHANG) == 0) {
      const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begun_;
      if (passed.count() > options_.seconds) send(SIGKILL);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    Result result;
    if (WIFEXITED(status)) result.exit = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
    result.out = scratch_.read("out");
    result.err = err();
    return result;
  }

 private:
  /// In the child: system calls only.
  [[noreturn]] void become(const Folder& folder, char** argv) {
    const int in = options_.input_descriptor >= 0 ? options_.input_descriptor
                                                  : open((scratch_ / "in").c_str(), O_RDONLY);
    const std::string path = options_.out.empty() ? scratch_ / "out" : options_.out;
    const int out = options_.output_descriptor >= 0 ? options_.output_descriptor
                                                    : open(path.c_str(), O_WRONLY | O_CREAT, 0600);
    const int err = open((scratch_ / "err").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    for (int descriptor = 3; descriptor < 256; ++descriptor) close(descriptor);
    if (options_.file_limit > 0) {
      const rlimit limit = {options_.file_limit, options_.file_limit};
      setrlimit(RLIMIT_FSIZE, &limit);
    }
    if (chdir(folder.path().c_str()) == 0) execv(argv[0], argv);
    _exit(127);
  }

  Options options_;
  Folder scratch_;
  pid_t pid_ = -1;
  std::chrono::steady_clock::time_point begun_;
};

inline Result weft(const Folder& folder, std::vector<std::string> arguments,
                   WeftProcess::Options options = {}) {
  return WeftProcess(folder, std::move(arguments), std::move(options)).wait();
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace weft::testing
