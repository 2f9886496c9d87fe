// One sink of a configuration written out with every default in place.
#pragma once

#include "app/configuration.hpp"
#include "app/yaml_writer.hpp"

namespace busbar::app {

void write_sink(YamlWriter& out, const SinkConfiguration& sink, const sink::filter::Options& filter);

}  // namespace busbar::app
