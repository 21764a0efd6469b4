import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import TimeSeriesSplit, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

ORDERED = True


def main(diagnosis):
    rng = np.random.default_rng(0)
    sales = pd.Series(np.sin(np.arange(500) / 7) * 30 + 100 + rng.normal(size=500))
    table = pd.DataFrame({f"lag{n}": sales.shift(n) for n in (1, 2, 7)})
    table["mean"] = sales.shift(1).rolling(7).mean()
    table = table.assign(sales=sales).dropna()
    x, y = table.drop(columns="sales").to_numpy(), table["sales"].to_numpy()
    seen, unseen, known, asked = train_test_split(x, y, shuffle=False, test_size=0.2)
    for train, valid in TimeSeriesSplit(3).split(seen):
        model = make_pipeline(StandardScaler(), Ridge()).fit(seen[train], known[train])
        print(mean_absolute_error(known[valid], model.predict(seen[valid])))
    model = HistGradientBoostingRegressor(max_iter=30, random_state=0).fit(seen, known)
    print(mean_absolute_error(asked, model.predict(unseen)))
