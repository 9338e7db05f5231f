import json
import sys

import numpy
import sklearn
import xgboost

for name, version in [("Python", sys.version.split()[0]), ("XGBoost", xgboost.__version__), ("scikit-learn", sklearn.__version__), ("numpy", numpy.__version__)]:
    print(json.dumps(f"{name} {version}"))
