"""Trainers: features, labels and weights in, a model with class probabilities out.

The same inputs and seed give the same artefact, byte for byte; artefacts are skops or safetensors
files, never pickle. What may not live here: the database, which model is live, label schemas.
"""

from __future__ import annotations

from training.trainers.registry import TRAINERS, load_model, train_model
from training.trainers.trainer import TrainedModel, Trainer

__all__ = ["TRAINERS", "TrainedModel", "Trainer", "load_model", "train_model"]
