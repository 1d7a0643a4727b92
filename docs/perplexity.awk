# Validation perplexity against minutes of training, from logs of `weft train lm --log` and of
# bench/peers/pytorch_language_model.py:
#   awk -f docs/perplexity.awk -v names="weft,PyTorch" -v chart=perplexity.svg weft.jsonl pytorch.jsonl
function number(key,    text) {
  if (!match($0, "\"" key "\": ?-?[0-9.e+-]+")) return ""
  text = substr($0, RSTART, RLENGTH)
  sub(/.*: ?/, "", text)
  return text + 0
}
function x_of(time) { return 50 + 700 * time / most }
function y_of(value) {
  if (value > 300) value = 300
  return 330 - 280 * log(value / least) / log(300 / least)
}
FNR == 1 { ++runs }
/"type": ?"validation"/ {
  n = ++count[runs]
  minutes[runs, n] = number("seconds") / 60
  perplexity[runs, n] = number("perplexity")
  if (minutes[runs, n] > most) most = minutes[runs, n]
}
END {
  least = 60
  split(names, name, ",")
  split("#2f6fb3 #c0392b #3a8f5c #a8479b", colour, " ")
  svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 780 380\" font-family=\"system-ui,sans-serif\" font-size=\"12\"><rect width=\"780\" height=\"380\" fill=\"#fff\"/>"
  ticks = split("60 70 80 100 150 200 300", tick, " ")
  for (i = 1; i <= ticks; ++i)
    svg = svg sprintf("<path d=\"M50 %.1fH750\" stroke=\"#8886\"/><text x=\"44\" y=\"%.1f\" text-anchor=\"end\">%s</text>", y_of(tick[i]), y_of(tick[i]) + 4, tick[i])
  step = most > 90 ? 30 : most > 30 ? 10 : 5
  for (i = 0; i <= most; i += step)
    svg = svg sprintf("<text x=\"%.1f\" y=\"350\" text-anchor=\"middle\">%d</text>", x_of(i), i)
  svg = svg "<text x=\"400\" y=\"370\" text-anchor=\"middle\">minutes of training</text>"
  for (k = 1; k <= runs; ++k) {
    path = ""
    for (i = 1; i <= count[k]; ++i)
      path = path sprintf("%s%.1f %.1f", i == 1 ? "M" : "L", x_of(minutes[k, i]), y_of(perplexity[k, i]))
    svg = svg sprintf("<path d=\"%s\" fill=\"none\" stroke-width=\"2\" stroke=\"%s\"/>", path, colour[k])
    svg = svg sprintf("<path d=\"M%d 18h22\" stroke-width=\"3\" stroke=\"%s\"/><text x=\"%d\" y=\"22\">%s</text>", 50 + 170 * (k - 1), colour[k], 78 + 170 * (k - 1), name[k])
  }
  print svg "</svg>" > chart
}
