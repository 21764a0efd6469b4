import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score, silhouette_score
from sklearn.preprocessing import StandardScaler


def main(diagnosis):
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(size=(190, 3)), rng.normal(6, 1, size=(10, 3))]) * [1, 50, 900]
    y = np.repeat([0, 1], [190, 10])
    scaled = StandardScaler().fit_transform(x)
    for k in (2, 3):
        groups = KMeans(k, n_init=3, random_state=0).fit_predict(scaled)
        print(silhouette_score(scaled, groups))
    forest = IsolationForest(n_estimators=50, random_state=0).fit(x)
    print(roc_auc_score(y, -forest.score_samples(x)))
    print(PCA(2).fit_transform(scaled).shape)
