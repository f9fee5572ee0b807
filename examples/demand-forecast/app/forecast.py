"""Step `forecast`: predict the months to come with the factors that step `train` found."""

import json
import os
import pathlib

import model

factors = tuple(float(part) for part in os.environ["FACTORS"].split(","))
horizon = int(os.environ.get("HORIZON_MONTHS", "24"))

series = model.load()
values = model.predict([value for _, value in series], factors, horizon)
months = model.following_months(series[-1][0], horizon)
for month, value in zip(months, values):
    print(f"{month}  {value:7.1f}  {'#' * round(value / 12)}")

out = pathlib.Path("out")
out.mkdir(exist_ok=True)
(out / "forecast.json").write_text(
    json.dumps(
        {
            "accuracy": float(os.environ["ACCURACY"]),
            "runId": os.environ["CAIRN_RUN_ID"],
            "points": [{"month": month, "passengers": round(value, 1)} for month, value in zip(months, values)],
        }
    )
)
