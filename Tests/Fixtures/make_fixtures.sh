#!/usr/bin/env bash
# Makes the files in data/ and the indices of the 80/10/10 split anew, with pinned versions of PyTorch, scikit-image,
# scikit-learn, Keras and TensorFlow.
# TORCH_PYTHON and KERAS_PYTHON name Python interpreters that have them already; otherwise two virtual environments
# are made beside this script (about 2.5 GB). Tests read data/ only and need no Python.
set -euo pipefail
cd "$(dirname "$0")"

# Prints the interpreter of an environment, made with the pinned packages if it does not exist.
environment() {
  local folder=".venv-$1"
  if [[ ! -e "$folder/complete" ]]; then
    python3 -m venv "$folder" >&2
    "$folder/bin/pip" install --quiet --requirement "requirements-$1.txt" >&2
    touch "$folder/complete"
  fi
  echo "$folder/bin/python"
}

"${TORCH_PYTHON:-$(environment torch)}" make_torch.py
"${TORCH_PYTHON:-$(environment torch)}" make_torch_layers.py
"${TORCH_PYTHON:-$(environment torch)}" make_torch_models.py
"${TORCH_PYTHON:-$(environment torch)}" make_torch_vae.py
"${TORCH_PYTHON:-$(environment torch)}" make_torch_gan.py
"${TORCH_PYTHON:-$(environment torch)}" make_torch_penalty.py
"${TORCH_PYTHON:-$(environment torch)}" make_torch_conditional.py
"${TORCH_PYTHON:-$(environment torch)}" make_torch_augment.py
"${TORCH_PYTHON:-$(environment torch)}" make_torch_deviation.py
"${TORCH_PYTHON:-$(environment torch)}" make_torch_spectral.py
"${TORCH_PYTHON:-$(environment torch)}" make_torch_convolutions.py
"${TORCH_PYTHON:-$(environment torch)}" make_torch_classifier.py
"${TORCH_PYTHON:-$(environment torch)}" make_split.py
"${TORCH_PYTHON:-$(environment torch)}" make_metrics.py
"${TORCH_PYTHON:-$(environment torch)}" make_mixture.py
"${TORCH_PYTHON:-$(environment torch)}" make_inception.py
"${KERAS_PYTHON:-$(environment keras)}" make_keras.py
"${KERAS_PYTHON:-$(environment keras)}" make_keras_layers.py
"${KERAS_PYTHON:-$(environment keras)}" make_keras_models.py
"${KERAS_PYTHON:-$(environment keras)}" make_keras_convolutions.py
du --summarize --apparent-size --human-readable data
