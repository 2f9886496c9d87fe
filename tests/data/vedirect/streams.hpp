// Byte streams of VE.Direct products, as captured or as constructed from captures, and what they must give.
// Sources: tests of mpp-solar and of libvedirect, public issues of VeDirectFrameHandler and emonhub, and
// Victron's "VE.Direct Protocol" 3.33. Some begin in the middle of a block.
#pragma once

#include <string_view>
#include <vector>

namespace busbar::test::vedirect {

struct Expected {
  std::string_view key;
  std::string_view value;  ///< as format_value() gives it; "null" for not available
};

struct Stream {
  std::string_view what;
  std::string_view profile;
  std::string_view hex;
  int good_blocks;
  std::vector<Expected> expect;
};

inline const std::vector<Stream> streams{
    {"SmartShunt, cut at the start",
     "victron_bmv",
     "4831092d33323931340d0a483209300d0a483309300d0a483409300d0a483509300d0a4836092d33353635320d0a4837"
     "0931323034310d0a48380931343238320d0a483909300d0a48313009300d0a48313109300d0a48313209300d0a483135"
     "092d32320d0a48313609300d0a4831370934360d0a4831380934380d0a436865636b73756d091a0d0a50494409307841"
     "3338390d0a560931323836350d0a5653092d31340d0a4909300d0a5009300d0a434509300d0a534f4309313030300d0a"
     "545447092d310d0a416c61726d094f46460d0a415209300d0a424d5609536d6172745368756e7420353030412f35306d"
     "560d0a465709303430350d0a436865636b73756d094c0d0a",
     1,
     {{"product_id", "0xA389"},
      {"battery_voltage", "12.865"},
      {"starter_voltage", "-0.014"},
      {"battery_current", "0.0"},
      {"power", "0.0"},
      {"consumed_charge", "0.0"},
      {"state_of_charge", "100.0"},
      {"time_to_go", "null"},
      {"alarm", "false"},
      {"alarm_reason", "0.0"},
      {"model", "SmartShunt 500A/50mV"},
      {"firmware", "0405"}}},
    {"SmartShunt, cut behind a checksum",
     "victron_bmv",
     "004c0d0a4831092d33323931340d0a483209300d0a483309300d0a483409300d0a483509300d0a4836092d3335363532"
     "0d0a48370931323034310d0a48380931343238320d0a483909300d0a48313009300d0a48313109300d0a48313209300d"
     "0a483135092d32320d0a48313609300d0a4831370934360d0a4831380934380d0a436865636b73756d091a0d0a504944"
     "093078413338390d0a560931323836380d0a5653092d31320d0a4909300d0a5009300d0a434509300d0a534f43093130"
     "30300d0a545447092d310d0a416c61726d094f46460d0a415209300d0a424d5609536d6172745368756e742035303041"
     "2f35306d560d0a465709303430350d0a436865636b73756d094b0d",
     2,
     {{"product_id", "0xA389"},
      {"battery_voltage", "12.868"},
      {"starter_voltage", "-0.012"},
      {"battery_current", "0.0"},
      {"power", "0.0"},
      {"consumed_charge", "0.0"},
      {"state_of_charge", "100.0"},
      {"time_to_go", "null"},
      {"alarm", "false"},
      {"alarm_reason", "0.0"},
      {"model", "SmartShunt 500A/50mV"},
      {"firmware", "0405"}}},
    {"SmartShunt, cut behind a CR",
     "victron_bmv",
     "0a4831092d33323931340d0a483209300d0a483309300d0a483409300d0a483509300d0a4836092d33353635320d0a48"
     "370931323034310d0a48380931343238320d0a483909300d0a48313009300d0a48313109300d0a48313209300d0a4831"
     "35092d32320d0a48313609300d0a4831370934360d0a4831380934380d0a436865636b73756d091a0d0a504944093078"
     "413338390d0a560931323836380d0a5653092d31330d0a4909300d0a5009300d0a434509300d0a534f4309313030300d"
     "0a545447092d310d0a416c61726d094f46460d0a415209300d0a424d5609536d6172745368756e7420353030412f3530"
     "6d560d0a465709303430350d0a436865636b73756d094a0d",
     1,
     {{"product_id", "0xA389"},
      {"battery_voltage", "12.868"},
      {"starter_voltage", "-0.013"},
      {"battery_current", "0.0"},
      {"power", "0.0"},
      {"consumed_charge", "0.0"},
      {"state_of_charge", "100.0"},
      {"time_to_go", "null"},
      {"alarm", "false"},
      {"alarm_reason", "0.0"},
      {"model", "SmartShunt 500A/50mV"},
      {"firmware", "0405"}}},
    {"SmartShunt, cut within the last field",
     "victron_bmv",
     "00380931363738330d0a436865636b73756d09160d0a504944093078413338390d0a560935333530390d0a4909323338"
     "36360d0a5009313237370d0a4345092d3133313039390d0a534f43093534380d0a545447092d310d0a416c61726d094f"
     "46460d0a415209300d0a424d5609536d6172745368756e7420353030412f35306d560d0a465709303431340d0a4d4f4e"
     "09300d0a436865636b73756d09df0d0a4831092d3237363439350d0a4832092d3233383331390d0a4833092d31333638"
     "38310d0a483409330d0a483509300d0a4836092d323939343130390d0a48370935303432320d0a48380935353335330d"
     "0a4839093136333633330d0a48313009320d0a48313109300d0a48313209300d0a48313509300d0a48313609300d0a48"
     "31370931353633360d0a",
     1,
     {{"product_id", "0xA389"},
      {"battery_voltage", "53.509"},
      {"battery_current", "23.866"},
      {"power", "1277.0"},
      {"consumed_charge", "-131.099"},
      {"state_of_charge", "54.8"},
      {"time_to_go", "null"},
      {"alarm", "false"},
      {"alarm_reason", "0.0"},
      {"model", "SmartShunt 500A/50mV"},
      {"firmware", "0414"},
      {"dc_monitor_mode", "battery_monitor"}}},
    {"MPPT 75|15",
     "victron_mppt",
     "0d0a504944093078413034320d0a4657093135300d0a53455223094851313930394b323439480d0a560931323434300d"
     "0a4909300d0a56505609300d0a50505609300d0a435309300d0a4d50505409300d0a45525209300d0a4c4f4144094f46"
     "460d0a494c09300d0a483139093535390d0a4832300932340d0a4832310938340d0a4832320932320d0a483233093637"
     "0d0a485344530933340d0a436865636b73756d09c8",
     1,
     {{"product_id", "0xA042"},
      {"firmware", "150"},
      {"serial_number", "HQ1909K249H"},
      {"battery_voltage", "12.44"},
      {"battery_current", "0.0"},
      {"pv_voltage", "0.0"},
      {"pv_power", "0.0"},
      {"charge_state", "off"},
      {"tracker_mode", "off"},
      {"error_code", "0.0"},
      {"load_on", "false"},
      {"load_current", "0.0"},
      {"yield_total", "5.59"},
      {"yield_today", "0.24"},
      {"max_power_today", "84.0"},
      {"yield_yesterday", "0.22"},
      {"max_power_yesterday", "67.0"},
      {"day_sequence", "34.0"}}},
    {"Phoenix inverter",
     "victron_phoenix",
     "0d0a504944093078413237390d0a465709303132310d0a53455223094851323031374a474b36530d0a4d4f444509320d"
     "0a435309390d0a41435f4f55545f560931323030330d0a41435f4f55545f4909320d0a560931333330380d0a41520930"
     "0d0a5741524e09300d0a4f5209307830303030303030300d0a436865636b73756d0905",
     1,
     {{"product_id", "0xA279"},
      {"firmware", "0121"},
      {"serial_number", "HQ2017JGK6S"},
      {"device_mode", "inverter"},
      {"charge_state", "inverting"},
      {"ac_output_voltage", "120.03"},
      {"ac_output_current", "0.2"},
      {"battery_voltage", "13.308"},
      {"alarm_reason", "0.0"},
      {"warning_reason", "0.0"}}},
    {"BMV-712, both blocks",
     "victron_bmv",
     "0d0a504944093078413338310d0a560931333034330d0a540932330d0a4909333835360d0a500935300d0a434509300d"
     "0a534f4309313030300d0a545447092d310d0a416c61726d094f46460d0a52656c6179094f46460d0a415209300d0a42"
     "4d560937313220536d6172740d0a465709303430330d0a436865636b73756d09b50d0a4831092d3136313135340d0a48"
     "3209300d0a483309300d0a483409300d0a483509300d0a4836092d3937393535300d0a48370932390d0a483809313433"
     "37310d0a483909300d0a48313009310d0a48313109300d0a48313209300d0a4831350932360d0a48313609393034370d"
     "0a48313709313232340d0a48313809313134350d0a436865636b73756d0901",
     2,
     {{"product_id", "0xA381"},
      {"battery_voltage", "13.043"},
      {"battery_temperature", "23.0"},
      {"battery_current", "3.856"},
      {"power", "50.0"},
      {"consumed_charge", "0.0"},
      {"state_of_charge", "100.0"},
      {"time_to_go", "null"},
      {"alarm", "false"},
      {"relay", "false"},
      {"alarm_reason", "0.0"},
      {"model", "712 Smart"},
      {"firmware", "0403"},
      {"deepest_discharge", "-161.154"},
      {"last_discharge", "0.0"},
      {"average_discharge", "0.0"},
      {"charge_cycles", "0.0"},
      {"full_discharges", "0.0"},
      {"cumulative_charge_drawn", "-979.55"},
      {"min_battery_voltage", "0.029"},
      {"max_battery_voltage", "14.371"},
      {"seconds_since_full_charge", "0.0"},
      {"automatic_synchronizations", "1.0"},
      {"low_voltage_alarms", "0.0"},
      {"high_voltage_alarms", "0.0"},
      {"min_aux_voltage", "0.026"},
      {"max_aux_voltage", "9.047"},
      {"discharged_energy", "12.24"},
      {"charged_energy", "11.45"}}},
    {"a block without fields", "victron_bmv", "0d0a436865636b73756d09ad", 1, {}},
    {"labels nobody knows", "victron_bmv", "0d0a4109310d0a4209320d0a4309330d0a436865636b73756d09f1", 1, {}},
    {"BMV-700",
     "victron_bmv",
     "0d0a5049440930783230330d0a560932363230310d0a4909300d0a5009300d0a434509300d0a534f4309313030300d0a"
     "545447092d310d0a416c61726d094f46460d0a52656c6179094f46460d0a415209300d0a424d56093730300d0a465709"
     "303330370d0a436865636b73756d09d8",
     1,
     {{"product_id", "0x203"},
      {"battery_voltage", "26.201"},
      {"battery_current", "0.0"},
      {"power", "0.0"},
      {"consumed_charge", "0.0"},
      {"state_of_charge", "100.0"},
      {"time_to_go", "null"},
      {"alarm", "false"},
      {"relay", "false"},
      {"alarm_reason", "0.0"},
      {"model", "700"},
      {"firmware", "0307"}}},
    {"an asynchronous HEX frame between fields",
     "victron_bmv",
     "0d0a5049440930783230330d0a560932363230310d0a4909300d0a5009300d0a434509303a4130323032303030323030"
     "3030303034350a0d0a534f4309313030300d0a545447092d310d0a416c61726d094f46460d0a52656c6179094f46460d"
     "0a415209300d0a424d56093730300d0a465709303330370d0a436865636b73756d09d8",
     1,
     {{"product_id", "0x203"},
      {"battery_voltage", "26.201"},
      {"battery_current", "0.0"},
      {"power", "0.0"},
      {"consumed_charge", "0.0"},
      {"state_of_charge", "100.0"},
      {"time_to_go", "null"},
      {"alarm", "false"},
      {"relay", "false"},
      {"alarm_reason", "0.0"},
      {"model", "700"},
      {"firmware", "0307"}}},
    {"SmartSolar 75/15",
     "victron_mppt",
     "0d0a504944093078413035330d0a4657093135390d0a53455223094851323133325159324b520d0a560931323534300d"
     "0a490934300d0a5650560931383534300d0a50505609350d0a435309330d0a45525209300d0a4c4f4144094f4e0d0a49"
     "4c093330300d0a483139093134340d0a48323009310d0a48323109360d0a48323209340d0a4832330931340d0a485344"
     "530931360d0a436865636b73756d098b",
     1,
     {{"product_id", "0xA053"},
      {"firmware", "159"},
      {"serial_number", "HQ2132QY2KR"},
      {"battery_voltage", "12.54"},
      {"battery_current", "0.04"},
      {"pv_voltage", "18.54"},
      {"pv_power", "5.0"},
      {"charge_state", "bulk"},
      {"error_code", "0.0"},
      {"load_on", "true"},
      {"load_current", "0.3"},
      {"yield_total", "1.44"},
      {"yield_today", "0.01"},
      {"max_power_today", "6.0"},
      {"yield_yesterday", "0.04"},
      {"max_power_yesterday", "14.0"},
      {"day_sequence", "16.0"}}},
    {"HEX frames behind the checksum",
     "victron_mppt",
     "0d0a504944093078413037310d0a560932323030300d0a4909300d0a56505609300d0a50505609300d0a4d5050540930"
     "0d0a435309300d0a4f5209307830303030303030310d0a45525209300d0a4c4f4144094f46460d0a4831390931303737"
     "0d0a48323009300d0a48323109340d0a483232093131370d0a483233093932310d0a485344530931360d0a436865636b"
     "73756d09c43a41323030313030323230303030303030380a3a414442454430303735303830360a3a4144354544303039"
     "37303845410a3a413844454430303937303833320a0d0a504944093078413037310d0a560932323030300d0a4909300d"
     "0a56505609300d0a50505609300d0a4d50505409300d0a435309300d0a4f5209307830303030303030310d0a45525209"
     "300d0a4c4f4144094f46460d0a48313909313037370d0a48323009300d0a48323109340d0a483232093131370d0a4832"
     "33093932310d0a485344530931360d0a436865636b73756d09c43a41323030313030323230303030303030380a3a4144"
     "42454430303735303830360a3a414435454430303937303845410a3a413844454430303937303833320a",
     2,
     {{"product_id", "0xA071"},
      {"battery_voltage", "22.0"},
      {"battery_current", "0.0"},
      {"pv_voltage", "0.0"},
      {"pv_power", "0.0"},
      {"tracker_mode", "off"},
      {"charge_state", "off"},
      {"error_code", "0.0"},
      {"load_on", "false"},
      {"yield_total", "10.77"},
      {"yield_today", "0.0"},
      {"max_power_today", "4.0"},
      {"yield_yesterday", "1.17"},
      {"max_power_yesterday", "921.0"},
      {"day_sequence", "16.0"}}},
    {"BMV-712, a cycle",
     "victron_bmv",
     "0d0a504944093078413338310d0a560931323238380d0a56530933310d0a49092d313537390d0a50092d31390d0a4345"
     "092d37343839370d0a534f43093931360d0a5454470931303331330d0a416c61726d094f46460d0a52656c6179094f46"
     "460d0a415209300d0a424d560937313220536d6172740d0a465709303430330d0a436865636b73756d096f0d0a483109"
     "2d37363133380d0a4832092d37363133380d0a483309300d0a483409300d0a483509300d0a4836092d31383736323135"
     "0d0a48370931323137310d0a48380932303431380d0a483909313139393733380d0a48313009300d0a48313109300d0a"
     "48313209300d0a4831350932300d0a4831360932313033330d0a48313709323430340d0a48313809323431350d0a4368"
     "65636b73756d0903",
     2,
     {{"product_id", "0xA381"},
      {"battery_voltage", "12.288"},
      {"starter_voltage", "0.031"},
      {"battery_current", "-1.579"},
      {"power", "-19.0"},
      {"consumed_charge", "-74.897"},
      {"state_of_charge", "91.6"},
      {"time_to_go", "10313.0"},
      {"alarm", "false"},
      {"relay", "false"},
      {"alarm_reason", "0.0"},
      {"model", "712 Smart"},
      {"firmware", "0403"},
      {"deepest_discharge", "-76.138"},
      {"last_discharge", "-76.138"},
      {"average_discharge", "0.0"},
      {"charge_cycles", "0.0"},
      {"full_discharges", "0.0"},
      {"cumulative_charge_drawn", "-1876.215"},
      {"min_battery_voltage", "12.171"},
      {"max_battery_voltage", "20.418"},
      {"seconds_since_full_charge", "1199738.0"},
      {"automatic_synchronizations", "0.0"},
      {"low_voltage_alarms", "0.0"},
      {"high_voltage_alarms", "0.0"},
      {"min_aux_voltage", "0.02"},
      {"max_aux_voltage", "21.033"},
      {"discharged_energy", "24.04"},
      {"charged_energy", "24.15"}}},
    {"BMV-712, realtime only",
     "victron_bmv",
     "0d0a504944093078413338310d0a560931323238390d0a56530932390d0a49092d313539300d0a50092d32300d0a4345"
     "092d37343839370d0a534f43093931360d0a5454470931303334350d0a416c61726d094f46460d0a52656c6179094f46"
     "460d0a415209300d0a424d560937313220536d6172740d0a465709303430330d0a436865636b73756d0971",
     1,
     {{"product_id", "0xA381"},
      {"battery_voltage", "12.289"},
      {"starter_voltage", "0.029"},
      {"battery_current", "-1.59"},
      {"power", "-20.0"},
      {"consumed_charge", "-74.897"},
      {"state_of_charge", "91.6"},
      {"time_to_go", "10345.0"},
      {"alarm", "false"},
      {"relay", "false"},
      {"alarm_reason", "0.0"},
      {"model", "712 Smart"},
      {"firmware", "0403"}}},
    {"BMV-712, its first block cut",
     "victron_bmv",
     "4446460d0a415209300d0a504944093078413338310d0a560931323238380d0a56530933310d0a49092d313537390d0a"
     "50092d31390d0a4345092d37343839370d0a534f43093931360d0a5454470931303331330d0a416c61726d094f46460d"
     "0a52656c6179094f46460d0a415209300d0a424d560937313220536d6172740d0a465709303430330d0a436865636b73"
     "756d096f0d0a4831092d37363133380d0a4832092d37363133380d0a483309300d0a483409300d0a483509300d0a4836"
     "092d313837363231350d0a48370931323137310d0a48380932303431380d0a483909313139393733380d0a4831300930"
     "0d0a48313109300d0a48313209300d0a4831350932300d0a4831360932313033330d0a48313709323430340d0a483138"
     "09323431350d0a436865636b73756d0903",
     1,
     {{"deepest_discharge", "-76.138"},
      {"last_discharge", "-76.138"},
      {"average_discharge", "0.0"},
      {"charge_cycles", "0.0"},
      {"full_discharges", "0.0"},
      {"cumulative_charge_drawn", "-1876.215"},
      {"min_battery_voltage", "12.171"},
      {"max_battery_voltage", "20.418"},
      {"seconds_since_full_charge", "1199738.0"},
      {"automatic_synchronizations", "0.0"},
      {"low_voltage_alarms", "0.0"},
      {"high_voltage_alarms", "0.0"},
      {"min_aux_voltage", "0.02"},
      {"max_aux_voltage", "21.033"},
      {"discharged_energy", "24.04"},
      {"charged_energy", "24.15"}}},
    {"BMV-712, one digit changed",
     "victron_bmv",
     "0d0a504944093078413338310d0a560931323338380d0a56530933310d0a49092d313537390d0a50092d31390d0a4345"
     "092d37343839370d0a534f43093931360d0a5454470931303331330d0a416c61726d094f46460d0a52656c6179094f46"
     "460d0a415209300d0a424d560937313220536d6172740d0a465709303430330d0a436865636b73756d096f0d0a483109"
     "2d37363133380d0a4832092d37363133380d0a483309300d0a483409300d0a483509300d0a4836092d31383736323135"
     "0d0a48370931323137310d0a48380932303431380d0a483909313139393733380d0a48313009300d0a48313109300d0a"
     "48313209300d0a4831350932300d0a4831360932313033330d0a48313709323430340d0a48313809323431350d0a4368"
     "65636b73756d0903",
     1,
     {{"deepest_discharge", "-76.138"},
      {"last_discharge", "-76.138"},
      {"average_discharge", "0.0"},
      {"charge_cycles", "0.0"},
      {"full_discharges", "0.0"},
      {"cumulative_charge_drawn", "-1876.215"},
      {"min_battery_voltage", "12.171"},
      {"max_battery_voltage", "20.418"},
      {"seconds_since_full_charge", "1199738.0"},
      {"automatic_synchronizations", "0.0"},
      {"low_voltage_alarms", "0.0"},
      {"high_voltage_alarms", "0.0"},
      {"min_aux_voltage", "0.02"},
      {"max_aux_voltage", "21.033"},
      {"discharged_energy", "24.04"},
      {"charged_energy", "24.15"}}},
    {"values that are not available",
     "victron_bmv",
     "0d0a504944093078413338390d0a560931323836350d0a54092d2d2d0d0a49092d313235300d0a50092d31360d0a4345"
     "092d2d2d0d0a534f43092d2d2d0d0a545447092d2d2d0d0a416c61726d094f6e0d0a415209350d0a424d5609536d6172"
     "745368756e7420353030412f35306d560d0a465709303431340d0a4d4f4e092d390d0a436865636b73756d09e6",
     1,
     {{"product_id", "0xA389"},
      {"battery_voltage", "12.865"},
      {"battery_temperature", "null"},
      {"battery_current", "-1.25"},
      {"power", "-16.0"},
      {"consumed_charge", "null"},
      {"state_of_charge", "null"},
      {"time_to_go", "null"},
      {"alarm", "true"},
      {"alarm_reason", "5.0"},
      {"model", "SmartShunt 500A/50mV"},
      {"firmware", "0414"},
      {"dc_monitor_mode", "solar_charger"}}},
    {"Phoenix Smart charger",
     "victron_phoenix",
     "0d0a504944093078413334300d0a465745093033313246460d0a534552230948513230303141424344450d0a56093134"
     "3430300d0a56320931333230300d0a563309300d0a490932303130300d0a4932093530300d0a493309300d0a54093235"
     "0d0a435309340d0a45525209300d0a415209300d0a4d4f444509310d0a52656c6179094f4e0d0a4853445309330d0a43"
     "6865636b73756d0930",
     1,
     {{"product_id", "0xA340"},
      {"firmware_24_bit", "0312FF"},
      {"serial_number", "HQ2001ABCDE"},
      {"battery_voltage", "14.4"},
      {"battery2_voltage", "13.2"},
      {"battery3_voltage", "0.0"},
      {"battery_current", "20.1"},
      {"battery2_current", "0.5"},
      {"battery3_current", "0.0"},
      {"battery_temperature", "25.0"},
      {"charge_state", "absorption"},
      {"error_code", "0.0"},
      {"alarm_reason", "0.0"},
      {"device_mode", "charger"},
      {"relay", "true"},
      {"day_sequence", "3.0"}}},
};

}  // namespace busbar::test::vedirect
