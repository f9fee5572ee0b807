"""Step `train`: choose the smoothing factors on the history, measure them on months that they have not seen."""

import os
import pathlib

import model

HOLD_OUT = int(os.environ.get("HOLD_OUT_MONTHS", "24"))

series = [value for _, value in model.load()]
history, unseen = series[:-HOLD_OUT], series[-HOLD_OUT:]
print(f"{len(series)} months read, {HOLD_OUT} held out, model {os.environ['MODEL_NAME']}")

factors = model.best_parameters(history)
print("alpha, beta, gamma =", factors)

score = model.accuracy(unseen, model.predict(history, factors, HOLD_OUT))
print(f"accuracy on the {HOLD_OUT} unseen months: {score:.2f} %")

out = pathlib.Path("out")
out.mkdir(exist_ok=True)
(out / "accuracy").write_text(f"{score:.2f}\n")
(out / "factors").write_text(",".join(map(str, factors)) + "\n")
