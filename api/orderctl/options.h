#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "api/orderctl/scalar_syntax.h"

namespace orders::api {

// Options of a command line whose values our own functions read: CLI11's number parsing takes octal
// and hexadecimal. `name` as CLI11 has it: "--amount", "-o,--output", or "ORDER" for a positional.
// Given twice is an error, except for AddValues.

/// `parse`: text → StatusOr<T>, its error is what the user is told; `set` gets the T.
template <typename Parse, typename Set>
CLI::Option* AddValue(CLI::App& app, const std::string& name, const std::string& help,
                      const std::string& type, Parse parse, Set set) {
  return app
      .add_option_function<std::string>(
          name, [=](const std::string& text) { set(*parse(text)); }, help)
      ->check(
          [=](const std::string& text) {
            const auto value = parse(text);
            return value.ok() ? std::string() : std::string(value.status().message());
          },
          "")
      ->type_name(type);
}

/// May be given many times; `set` gets each T in order.
template <typename Parse, typename Set>
CLI::Option* AddValues(CLI::App& app, const std::string& name, const std::string& help,
                       const std::string& type, Parse parse, Set set) {
  return app
      .add_option_function<std::vector<std::string>>(
          name,
          [=](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) set(*parse(text));
          },
          help)
      ->allow_extra_args(false)
      ->check(
          [=](const std::string& text) {
            const auto value = parse(text);
            return value.ok() ? std::string() : std::string(value.status().message());
          },
          "")
      ->type_name(type);
}

/// A flag without a value.
template <typename Set>
CLI::Option* AddSwitch(CLI::App& app, const std::string& name, const std::string& help, Set set) {
  return app.add_flag_callback(name, set, help)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
}

/// Any UTF-8 text.
template <typename Set>
CLI::Option* AddText(CLI::App& app, const std::string& name, const std::string& help,
                     const std::string& type, Set set) {
  return AddValue(app, name, help, type, ParseText, set);
}

/// A whole number within bounds.
template <typename Set>
CLI::Option* AddInteger(CLI::App& app, const std::string& name, const std::string& help,
                        const std::string& type, std::int64_t min, std::int64_t max, Set set) {
  return AddValue(
      app, name, help, type,
      [min, max](absl::string_view text) { return ParseInteger(text, min, max); }, set);
}

}  // namespace orders::api
