"""How the models are made: texts, training, export, quantisation, evaluation."""
