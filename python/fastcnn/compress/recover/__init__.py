"""Recovering: what gives a compressed model its accuracy back."""

from fastcnn.compress.recover.correct_bias import correct_bias as correct_bias
from fastcnn.compress.recover.fine_tune import fine_tune as fine_tune
from fastcnn.compress.recover.mirrored import mirrored as mirrored
from fastcnn.compress.recover.recalibrate import recalibrate as recalibrate
