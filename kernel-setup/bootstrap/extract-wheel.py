"""Copies chosen files out of a wheel: extract-wheel.py WHEEL FOLDER MEMBER=PATH..., paths being below the folder."""

import os
import shutil
import sys
import zipfile

wheel, folder, *pairs = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for pair in pairs:
        member, path = pair.split("=", 1)
        target = os.path.join(folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with archive.open(member) as source, open(target, "wb") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)
