import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    cross_val_predict,
    train_test_split,
)
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC


def main(diagnosis):
    x, y = load_breast_cancer(return_X_y=True)
    diagnosis.pairs(x, y)
    seen, unseen, known, asked = train_test_split(x, y, test_size=0.3, stratify=y, random_state=1)
    pipe = Pipeline([("scale", StandardScaler()), ("model", LogisticRegression(max_iter=500))])
    search = GridSearchCV(pipe, {"model__C": [0.1, 1]}, scoring="roc_auc", cv=3).fit(seen, known)
    print(roc_auc_score(asked, search.predict_proba(unseen)[:, 1]), search.score(unseen, asked))
    svc = CalibratedClassifierCV(Pipeline([("s", StandardScaler()), ("m", SVC())]), cv=2)
    print(brier_score_loss(asked, svc.fit(seen, known).predict_proba(unseen)[:, 1]))
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    risk = cross_val_predict(pipe, seen, known, cv=folds, method="predict_proba")[:, 1]
    print(roc_auc_score(known, risk), np.mean((risk > 0.5) == known))
