import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline


def main(diagnosis):
    rng = np.random.default_rng(0)
    words = np.array(["good", "bad", "fine", "poor", "the", "a", "food", "taste"])
    y = rng.integers(0, 2, 400)
    texts = [" ".join(rng.choice(words[label::2], 6)) + f" {n}" for n, label in enumerate(y)]
    train, test, known, asked = train_test_split(texts, y, stratify=y, random_state=0)
    for model in (MultinomialNB(), LogisticRegression()):
        fitted = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), model).fit(train, known)
        print(roc_auc_score(asked, fitted.predict_proba(test)[:, 1]), fitted.score(test, asked))
        print(accuracy_score(asked, fitted.predict(test)))
    vectors = TfidfVectorizer().fit(train)
    model = LogisticRegression().fit(vectors.transform(train), known)
    print(model.score(vectors.transform(test), asked))
