# The add-on's options and the supervisor's broker → the site file, as JSON, which is YAML.
#   jq --argjson service '{…} or null' -f site.jq options.json

# A dollar sign in a value is a dollar sign, not a substitution.
def literal: gsub("\\$"; "$$");
def given: with_entries(select(.value != null and .value != ""));
def by_id(f):
  (group_by(.id) | map(select(length > 1)[0].id)) as $twice
  | if $twice != [] then error("\($twice[0]) is the id of two entries") else . end
  | map({key: .id, value: (del(.id) | given | f)}) | from_entries;

def broker($service):
  if (.mqtt_url // "") != "" then {url: .mqtt_url, username: .mqtt_username, password: .mqtt_password}
  elif $service != null then
    {url: "\(if $service.ssl then "mqtts" else "mqtt" end)://\($service.host):\($service.port)",
     username: $service.username, password: $service.password}
  else error("no broker: install the add-on Mosquitto broker, or set mqtt_url")
  end
  | given | map_values(literal);

{
  version: 1,
  log_level: (.log_level // "info"),
  channels: (.channels | by_id(map_values(literal))),
  devices: (.devices | by_id(map_values(if type == "string" then literal else . end))),
  sinks: {
    mqtt: (broker($service) + if .node_id then {home_assistant: {node_id: .node_id}} else {} end),
    http: {address: "0.0.0.0", port: 9878}
  }
}
