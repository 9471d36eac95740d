"""Augmentation: each batch of images changed at random, for `fit(augment=...)`."""

from fastcnn.augment.augmentation import Augmentation as Augmentation
from fastcnn.augment.cut_mix import CutMix as CutMix
from fastcnn.augment.cutout import Cutout as Cutout
from fastcnn.augment.mix_up import MixUp as MixUp
from fastcnn.augment.rand_augment import RandAugment as RandAugment
from fastcnn.augment.random_affine import RandomAffine as RandomAffine
from fastcnn.augment.random_color_jitter import RandomColorJitter as RandomColorJitter
from fastcnn.augment.random_crop import RandomCrop as RandomCrop
from fastcnn.augment.random_erasing import RandomErasing as RandomErasing
from fastcnn.augment.random_flip import RandomFlip as RandomFlip
from fastcnn.augment.random_rotation import RandomRotation as RandomRotation
