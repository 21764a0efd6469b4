"""Data sets of images cut out or sliced, and oracles for the exercises on them."""

import numpy as np
import pytest
import torch

from skills import data
from skills.data import lfw_subset, mni152
from skills.vision.face_detection import solution as faces
from skills.vision.medical_imaging import solution as tissue


def test_the_faces_and_the_photograph():
    images, truth, photo = data.load("lfw_subset")
    assert images.shape == (data.DATASETS["lfw_subset"].rows, 25, 25)
    assert np.bincount(truth).tolist() == [100, 100]
    assert photo.shape == (512, 512)
    assert all(0 <= pixels.min() < 0.1 and 0.9 < pixels.max() <= 1 for pixels in (images, photo))


def test_the_brain():
    slices, tissues = data.load("mni152")
    rows = data.DATASETS["mni152"].rows
    assert (slices.shape, tissues.shape) == ((rows, 1, 96, 112), (rows, 96, 112))
    assert slices.min() == 0 and 0.95 < slices.max() <= 1
    inside = slices[:, 0] > 0
    assert not tissues[~inside].any()
    grey, white = (float(slices[:, 0][tissues == kind].mean()) for kind in (1, 2))
    assert 0.5 < grey < 0.75 < white < 1


@pytest.mark.parametrize(("module", "extra"), [(lfw_subset, "exercises"), (mni152, "medical")])
def test_a_package_that_is_not_there_is_named(monkeypatch, module, extra):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(data.MissingPackage, match=rf'pip install "lodestar-ml\[{extra}\]"'):
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


def test_dice_by_hand():
    truth = torch.tensor([1, 1, 1, 2, 2, 0])
    guess = torch.tensor([1, 1, 2, 2, 0, 0])
    assert tissue.dice(guess, truth) == pytest.approx([4 / 5, 2 / 4])


def test_two_levels_find_what_brightness_decides():
    bright = torch.rand(2, 1, 40, 40, generator=torch.manual_seed(0))
    known = (bright[:, 0] >= 0.5).long() + (bright[:, 0] >= 0.8).long()
    assert tissue.dice(tissue.by_levels(bright, known, bright), known) == [1.0, 1.0]


def test_a_strength_of_nought_spoils_nothing():
    slices = torch.rand(2, 1, 8, 8)
    assert torch.equal(tissue.spoil(slices, 0.0), slices)
    assert not torch.allclose(tissue.spoil(slices), slices, atol=0.05)
