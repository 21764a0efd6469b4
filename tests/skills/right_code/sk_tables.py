import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, confusion_matrix, roc_auc_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def main(diagnosis):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "income": rng.lognormal(10, 1, 900),
            "age": rng.integers(18, 80, 900),
            "town": rng.choice(["a", "b", "c"], 900),
        }
    )
    table.loc[rng.random(900) < 0.1, "income"] = np.nan
    bad = (table["age"] + 20 * rng.normal(size=900) > 75).to_numpy().astype(int)
    order = rng.permutation(900)
    train, test = order[:600], order[600:]
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    columns = ColumnTransformer(
        [
            ("n", numbers, ["income", "age"]),
            ("t", OneHotEncoder(handle_unknown="ignore"), ["town"]),
        ]
    )
    models = [
        LogisticRegression(class_weight="balanced"),
        KNeighborsClassifier(15),
        RandomForestClassifier(30, random_state=0),
    ]
    for model in models:
        pipe = make_pipeline(columns, model).fit(table.iloc[train], bad[train])
        risk = pipe.predict_proba(table.iloc[test])[:, 1]
        print(roc_auc_score(bad[test], risk), average_precision_score(bad[test], risk))
        print(confusion_matrix(bad[test], risk > 0.3), pipe.score(table.iloc[test], bad[test]))
    boosted = HistGradientBoostingClassifier(max_iter=20, random_state=0)
    codes = table.assign(town=table["town"].astype("category").cat.codes).to_numpy(float)
    boosted.fit(codes[train], bad[train])
    print(roc_auc_score(bad[test], boosted.predict_proba(codes[test])[:, 1]))
