"""Data sets of images cut out or sliced, and oracles for the exercises on them."""

import numpy as np
import pytest

from skills import data
from skills.data import lfw_subset
from skills.vision.face_detection import solution as faces


def test_the_faces_and_the_photograph():
    images, truth, photo = data.load("lfw_subset")
    assert images.shape == (data.DATASETS["lfw_subset"].rows, 25, 25)
    assert np.bincount(truth).tolist() == [100, 100]
    assert photo.shape == (512, 512)
    assert all(0 <= pixels.min() < 0.1 and 0.9 < pixels.max() <= 1 for pixels in (images, photo))


@pytest.mark.parametrize("module", [lfw_subset])
def test_a_package_that_is_not_there_is_named(monkeypatch, module):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(data.MissingPackage, match="pip install"):
        module.load()


def test_a_window_shows_what_lies_at_its_corner():
    photo = np.zeros((200, 300), np.float32)
    photo[96:144, 48:96] = 1
    windows, corners = faces.slide(photo, 50)
    brightest = windows.mean((1, 2)).argmax()
    assert windows.shape == (len(corners), 25, 25)
    assert abs(corners[brightest] - [96, 48]).max() <= faces.STEP * 2


def test_a_window_is_away_from_the_face_when_it_touches_no_part_of_it():
    corners = np.array([(0, 200), (100, 200), (177, 200), (100, 104), (100, 273), (100, 160)])
    assert faces.away(corners, 60).tolist() == [False, False, True, True, True, False]
    assert faces.away(corners, 59).tolist() == [True, False, True, True, True, False]
