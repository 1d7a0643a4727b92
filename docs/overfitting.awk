# From the logs of overfitting.sh: a table on standard output, and the chart.
function number(key,    text) {
  if (!match($0, "\"" key "\":-?[0-9.e+-]+")) return ""
  text = substr($0, RSTART, RLENGTH)
  sub(/.*:/, "", text)
  return text + 0
}
function log10(x) { return log(x) / log(10) }
function x_of(epoch) { return left + (width - 20) * epoch / epochs }
function y_of(loss, floor_, ceiling) {
  if (loss < floor_) loss = floor_
  return 330 - 270 * log10(loss / floor_) / log10(ceiling / floor_)
}
function panel(title, loss, floor_, ceiling, ticks,    i, k, n, path, parts) {
  svg = svg sprintf("<text x=\"%d\" y=\"46\" font-weight=\"600\">%s</text>", left, title)
  n = split(ticks, parts, " ")
  for (i = 1; i <= n; ++i)
    svg = svg sprintf("<path d=\"M%d %.1fH%d\" stroke=\"#8886\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>", left, y_of(parts[i], floor_, ceiling), left + width - 20, left - 6, y_of(parts[i], floor_, ceiling) + 4, parts[i])
  for (i = 0; i <= epochs; i += 20)
    svg = svg sprintf("<text x=\"%.1f\" y=\"348\" text-anchor=\"middle\">%d</text>", x_of(i), i)
  for (k = 1; k <= runs; ++k) {
    path = ""
    for (i = 1; i <= last[k]; ++i)
      if ((k, i) in loss)
        path = path sprintf("%s%.1f %.1f", path == "" ? "M" : "L", x_of(i), y_of(loss[k, i], floor_, ceiling))
    svg = svg sprintf("<path d=\"%s\" fill=\"none\" stroke-width=\"2\" stroke=\"%s\"%s/>", path, colour[k], k == 5 ? " stroke-dasharray=\"5 4\"" : "")
  }
}
FNR == 1 { ++runs; best[runs] = 1e9 }
/"type":"report"/ { train[runs, int(number("update") / 20)] = number("loss") }
/"type":"validation"/ {
  epoch = number("epoch")
  last[runs] = epoch
  if (epoch > epochs) epochs = epoch
  valid[runs, epoch] = number("loss")
  accuracy[runs, epoch] = number("accuracy")
  if (valid[runs, epoch] < best[runs]) best[runs] = valid[runs, epoch]
  if (/"best":true/) kept[runs] = epoch
}
END {
  split("none,L2,L1,dropout,early stopping", title, ",")
  split("#c0392b #2f6fb3 #3a8f5c #a8479b #22252b", colour, " ")
  printf "%-16s %8s %8s %8s %8s %8s %8s\n", "", "epochs", "train", "valid", "lowest", "accuracy", "kept"
  for (k = 1; k <= runs; ++k)
    printf "%-16s %8d %8.4f %8.4f %8.4f %8.4f %8.4f\n", title[k], last[k], train[k, last[k]], valid[k, last[k]], best[k], accuracy[k, last[k]], accuracy[k, kept[k]]
  svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 820 372\" font-family=\"system-ui,sans-serif\" font-size=\"12\"><rect width=\"820\" height=\"372\" fill=\"#fff\"/>"
  for (k = 1; k <= runs; ++k)
    svg = svg sprintf("<path d=\"M%d 18h22\" stroke-width=\"3\" stroke=\"%s\"%s/><text x=\"%d\" y=\"22\">%s</text>", 50 + 130 * (k - 1), colour[k], k == 5 ? " stroke-dasharray=\"5 4\"" : "", 78 + 130 * (k - 1), title[k])
  width = 370; left = 50
  panel("validation loss by epoch", valid, 0.2, 2, "0.2 0.3 0.5 1 2")
  left = 450
  panel("training loss by epoch", train, 0.0001, 3, "0.0001 0.001 0.01 0.1 1")
  print svg "</svg>" > chart
}
